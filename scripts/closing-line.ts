/**
 * A reporter that ends a test run with one plain line, `N passed, N failed`, for whoever reads the output by machine.
 */
import type { Reporter, TestModule } from "vitest/node"

const statesOf = (modules: ReadonlyArray<TestModule>): ReadonlyArray<string> =>
  modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state))

/** The reporter. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const states = statesOf(modules)
    const count = (state: string): number => states.filter((it) => it === state).length
    console.log(`${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`)
  }
}
