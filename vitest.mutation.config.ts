import * as path from "node:path"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** `scripts/mutation.ts` says which tests, the quick ones first: the first that fails ends the run. */
const patterns = (process.env["MUTATION_TESTS"] ?? "test/src/policy/**/*.test.ts").split(" ")

const placeOf = ({ moduleId }: TestSpecification): number =>
  patterns.findIndex((it) => path.matchesGlob(path.relative(import.meta.dirname, moduleId), it))

class QuickFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    return files.toSorted((left, right) => placeOf(left) - placeOf(right))
  }
}

export default defineConfig({
  test: {
    include: patterns,
    setupFiles: ["./test/support/Seed.ts"],
    testTimeout: 30_000,
    sequence: { sequencer: QuickFirst }
  }
})
