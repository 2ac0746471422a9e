import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { endingOf } from "../../../apps/cli/Ending.ts"
import { exitCodeOf, messageOf } from "../../../apps/cli/Outcome.ts"
import { program } from "../../../apps/cli/Program.ts"
import { makeScreen } from "../../../apps/cli/Screen.ts"
import { makeRun } from "../../../apps/cli/Session.ts"
import { ConfigFile } from "../../../layers/settings/VariableSources.ts"
import type { SettingLine } from "../../../schemas/SettingsChange.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"
import { runProgram } from "./RunProgram.ts"

/** A folder with a settings file, or none, and the program in it. */
const place = Effect.fnUntraced(function* (text?: string, mode = 0o600) {
  const file = path.join(yield* temporaryFolder, "ludeng.config.json")
  if (text !== undefined) fs.writeFileSync(file, text, { mode })
  return {
    file,
    written: () => JSON.parse(fs.readFileSync(file, "utf8")) as unknown,
    run: Effect.fnUntraced(function* (args: ReadonlyArray<string>, variables: Readonly<Record<string, string>> = {}) {
      let out = ""
      const screen = makeScreen({ out: (it) => (out += it), error: () => {}, columns: () => undefined })
      const run = makeRun("1.2.3", args.includes("--json"), screen)
      const exit = yield* Effect.exit(program(["settings", ...args], run)).pipe(
        Effect.provideService(ConfigFile, file),
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(variables)))
      )
      const ending = endingOf(exit)
      const code = ending === undefined ? (run.exitCode ?? 0) : exitCodeOf(ending)
      return { code, out, message: ending === undefined ? "" : messageOf(ending) }
    })
  }
})

describe("ludeng settings", () => {
  it.effect("set writes a file for its owner alone, and diff shows what is not as by default", () =>
    Effect.gen(function* () {
      const { file, run, written } = yield* place()
      const set = yield* run(["set", "deepseek.rateLimit", "20/minute, 100/hour", "LUDENG_BUDGET_PER_DAY", "0.29"])
      assert.deepStrictEqual([set.code, set.message], [0, ""])
      assert.include(set.out, "deepseek.rateLimit: 100/hour -> 20/minute, 100/hour\nbudget.perDay: none -> 0.29")
      assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600)
      assert.deepStrictEqual(written(), {
        deepseek: {
          rateLimit: [
            { requests: 20, window: 60 },
            { requests: 100, window: 3600 }
          ]
        },
        budget: { perDay: 290_000 }
      })
      const diff = yield* run(["diff"], { DEEPSEEK_TIMEOUT: "5" })
      assert.deepStrictEqual(
        diff.out
          .split("\n")
          .slice(1, -1)
          .map((line) => line.split(/ {2,}/)),
        [
          ["deepseek.timeout", "30000", "5", "environment DEEPSEEK_TIMEOUT"],
          ["deepseek.rateLimit", "100/hour", "20/minute, 100/hour", "file"],
          ["budget.perDay", "none", "0.29", "file"]
        ]
      )
    })
  )

  it.effect("set keeps the mode of the file, its order and what it was not asked to change", () =>
    Effect.gen(function* () {
      const { file, run } = yield* place('{"nanobanana":{"retryLimit":1},"$schema":"x","deepseek":{"model":"m"}}')
      fs.chmodSync(file, 0o640)
      yield* run(["set", "deepseek.timeout", "9"])
      assert.strictEqual(fs.statSync(file).mode & 0o777, 0o640)
      assert.strictEqual(
        JSON.stringify(JSON.parse(fs.readFileSync(file, "utf8"))),
        '{"nanobanana":{"retryLimit":1},"$schema":"x","deepseek":{"model":"m","timeout":9}}'
      )
      assert.deepStrictEqual(fs.readdirSync(path.dirname(file)), ["ludeng.config.json"])
    })
  )

  it.effect("set refuses everything together, names what is near, repeats no value, and writes nothing", () =>
    Effect.gen(function* () {
      const before = '{"deepseek":{"model":"m"}}'
      const { file, run } = yield* place(before)
      const words = ["deepseek.timout", "1", "nanobanana.retryLimit", "canary", "deepseek.apiKey", "sk-canary"]
      const limits = ["deepseek.rateLimit", "9/minute, 5/hour", "nanobanana.timeout", "7"]
      const fixed = { NANOBANANA_TIMEOUT: "8", DEEPSEEK_ATTEMPT_TIMEOUT: "8" }
      const { code, message } = yield* run(["set", ...words, ...limits, "deepseek.attemptTimeout.chat", "7"], fixed)
      assert.strictEqual(code, 5)
      assert.notInclude(message, "canary")
      for (const told of [
        "deepseek.timout: there is no such setting, expected deepseek.timeout? Or one of apiKey",
        "nanobanana.retryLimit: the value can not be used, expected a whole number from 0 to 10",
        "deepseek.apiKey: is a secret",
        "the minute allows more requests than the hour",
        "nanobanana.timeout: is fixed by NANOBANANA_TIMEOUT in the environment",
        "deepseek.attemptTimeout.chat: is fixed by DEEPSEEK_ATTEMPT_TIMEOUT in the environment"
      ]) {
        assert.include(message, told)
      }
      assert.strictEqual(fs.readFileSync(file, "utf8"), before)
      assert.strictEqual((yield* run(["set", "deepseek.timeout"])).code, 2)
    })
  )

  it.effect("unset takes out settings and groups; a diff of words or of another file writes nothing", () =>
    Effect.gen(function* () {
      const { file, run, written } = yield* place('{"deepseek":{"model":"m","timeout":5},"store":"memory"}')
      const shown = yield* run(["diff", "--json", "deepseek.timeout", "6", "home", "h"])
      assert.deepInclude(JSON.parse(shown.out), {
        isWritten: false,
        changed: [
          { path: "deepseek.timeout", before: "5", after: "6" },
          { path: "home", before: ".ludeng", after: "h" }
        ],
        afterRestart: ["home"]
      })
      const other = path.join(path.dirname(file), "other.json")
      fs.writeFileSync(other, '{"deepseek":{"timeout":7,"retryLimit":1}}')
      const diff = yield* run(["diff", "--file", other], { DEEPSEEK_RETRY_LIMIT: "2" })
      assert.include(diff.out, "deepseek.timeout: 5 -> 7")
      assert.include(diff.out, "⚠ deepseek.retryLimit is fixed by DEEPSEEK_RETRY_LIMIT in the environment")
      assert.strictEqual((yield* run(["unset", "deepseek"])).code, 0)
      assert.deepStrictEqual(written(), { store: "memory" })
    })
  )

  it.effect("show tells sources, near names of variables and problems, and no key", () =>
    Effect.gen(function* () {
      const { file, run } = yield* place('{"deepseek":{"apiKey":"sk-canary","timeout":5}}')
      const variables = { DEEPSEEK_TIMEOT: "1", DEEPSEEKER: "1", OTHER: "1", NANOBANANA_RETRY_LIMIT: "1" }
      const good = yield* run(["show", "--json"], variables)
      assert.strictEqual(good.code, 0)
      assert.notInclude(good.out, "canary")
      const report = JSON.parse(good.out) as { settings: ReadonlyArray<SettingLine>; misspelled: unknown }
      assert.deepStrictEqual(report.misspelled, [{ name: "DEEPSEEK_TIMEOT", meant: "DEEPSEEK_TIMEOUT" }])
      assert.deepInclude(
        report.settings.find((it) => it.path === "nanobanana.retryLimit"),
        { value: "1", source: "environment", from: "NANOBANANA_RETRY_LIMIT", default: "2" }
      )
      fs.chmodSync(file, 0o644)
      const wide = yield* run(["show", "deepseek.apiKey"])
      assert.strictEqual(wide.code, 5)
      assert.include(wide.out, "✖ deepseek.apiKey: stands in the settings file, which others than its owner can read")
      assert.include(wide.out, "missing")
      assert.strictEqual((yield* run(["show", "deepseek.nothing"])).code, 2)
    })
  )

  it("of several programs that set at once none loses its change", async () => {
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { file, written } = yield* place()
          const directory = path.dirname(file)
          const paths = ["deepseek.timeout", "deepseek.retryLimit", "nanobanana.timeout", "nanobanana.retryLimit"]
          const ended = yield* Effect.promise(() =>
            Promise.all(paths.map((it) => runProgram(["settings", "set", it, "7"], { directory })))
          )
          assert.deepStrictEqual(
            ended.map((it) => it.code),
            [0, 0, 0, 0]
          )
          assert.deepStrictEqual(fs.readdirSync(directory), ["ludeng.config.json"])
          const sorted = Object.entries(written() as object).toSorted()
          assert.deepStrictEqual(sorted, [
            ["deepseek", { timeout: 7, retryLimit: 7 }],
            ["nanobanana", { timeout: 7, retryLimit: 7 }]
          ])
        })
      )
    )
  })

  it("reads a .env line by line, and tells the numbers of those that say nothing", async () => {
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { file } = yield* place()
          const directory = path.dirname(file)
          fs.writeFileSync(
            path.join(directory, ".env"),
            '# a comment\n\nDEEPSEEK_TIMEOUT=5\nsk-canary\nexport A="one\ntwo" # three\nB: 4\n=canary\n'
          )
          const { code, out } = yield* Effect.promise(() =>
            runProgram(["settings", "show", "deepseek.timeout"], { directory })
          )
          assert.strictEqual(code, 5)
          assert.include(out, "✖ .env: lines 4, 8 can not be read")
          assert.notInclude(out, "canary")
          fs.writeFileSync(path.join(directory, ".env"), "NANOBANANA_RETRY_LIMITS=1\n")
          const doctor = yield* Effect.promise(() => runProgram(["doctor", "--offline"], { directory }))
          assert.include(doctor.out, "did you mean NANOBANANA_RETRY_LIMIT?")
        })
      )
    )
  })
})
