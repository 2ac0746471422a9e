import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { SettingsNotice } from "../../../src/settings/LiveSettings.ts"
import { makeMemorySettingsFile } from "../../../src/settings/MemorySettingsFile.ts"
import { entriesOfDocument, entriesOfVariables } from "../../../src/settings/SettingEntries.ts"
import { makeLiveSettings, type SettingsParts } from "../../../src/settings/SettingsInMemory.ts"
import type { JsonObject } from "../../../src/settings/SettingsFile.ts"

/** A program that follows a file, and all that it tells, in order. */
const follower = Effect.fnUntraced(function* (document?: JsonObject, parts: SettingsParts = {}) {
  const file = yield* makeMemorySettingsFile(document)
  const settings = yield* makeLiveSettings({ file, watch: true, ...parts })
  const told = yield* Queue.unbounded<SettingsNotice>()
  yield* Effect.forkScoped(
    Stream.runForEach(settings.notices, (notice) => Queue.offer(told, notice)),
    { startImmediately: true }
  )
  const settled = Effect.repeat(Effect.yieldNow, { times: 50 })
  return {
    file,
    settings,
    /** Writes, and gives what was told of it. */
    write: (...written: Parameters<typeof file.write>) =>
      Effect.andThen(Effect.andThen(file.write(...written), settled), Queue.clear(told))
  }
})

const broken = { problems: [{ name: "ludeng.config.json", problem: "is no JSON object", expected: "one" }] }

describe("a settings file that is followed", () => {
  it.effect("is taken when it changes, and nothing is told of a change that changes nothing", () =>
    Effect.gen(function* () {
      const { settings, write } = yield* follower({ deepseek: { retryLimit: 1 } })
      const [notice] = yield* write({ document: { deepseek: { retryLimit: 2, timeout: 5 } } })
      assert.deepInclude(notice, {
        _tag: "SettingsChanged",
        by: "file",
        version: 2,
        changed: [
          { path: "deepseek.timeout", before: "30000", after: "5" },
          { path: "deepseek.retryLimit", before: "1", after: "2" }
        ]
      })
      const same = yield* write({ document: { $schema: "x", deepseek: { timeout: 5, retryLimit: 2 } } })
      assert.deepStrictEqual(same, [])
      assert.strictEqual((yield* settings.current).version, 2)
    })
  )

  it.effect("that can not be used is told once, with every problem, and what was in force stays", () =>
    Effect.gen(function* () {
      const { settings, write } = yield* follower({ deepseek: { retryLimit: 1 } })
      const bad = { document: { deepseek: { retryLimit: 99, bogus: 1 }, nanobanana: { timeout: 5 } } }
      const [refused, ...more] = yield* write(bad)
      assert.deepStrictEqual(more, [])
      assert.strictEqual(refused?._tag, "SettingsRefused")
      if (refused?._tag !== "SettingsRefused") return
      assert.deepStrictEqual(
        refused.problems.map((it) => it.name),
        ["deepseek.bogus", "deepseek.retryLimit"]
      )
      assert.deepStrictEqual(yield* write(bad), [])
      const half = yield* write(broken)
      assert.deepStrictEqual(
        half.map((it) => it._tag),
        ["SettingsRefused"]
      )
      assert.deepStrictEqual(yield* write(broken), [])
      const { settings: inForce, version } = yield* settings.current
      assert.deepStrictEqual([version, inForce.deepseek.retryLimit], [1, 1])
      assert.deepStrictEqual(yield* write({ document: { deepseek: { retryLimit: 1 } } }), [])
      const again = yield* write(broken)
      assert.strictEqual(again.length, 1)
    })
  )

  it.effect("that is removed leaves the other sources", () =>
    Effect.gen(function* () {
      const lookup = (name: string) =>
        name === "DEEPSEEK_TIMEOUT" ? { text: "7", source: "environment" as const } : undefined
      const { settings, write } = yield* follower(
        { deepseek: { retryLimit: 1, timeout: 5 } },
        { variables: entriesOfVariables(lookup), code: entriesOfDocument({ nanobanana: { retryLimit: 0 } }) }
      )
      assert.strictEqual((yield* write({})).length, 1)
      const lines = yield* settings.report
      const shown = ["deepseek.retryLimit", "deepseek.timeout", "nanobanana.retryLimit"].map((path) => {
        const line = lines.find((it) => it.path === path)
        return [line?.value, line?.source]
      })
      assert.deepStrictEqual(shown, [
        ["3", "default"],
        ["7", "environment"],
        ["0", "code"]
      ])
    })
  )

  it.effect("whose change something stronger goes over changes nothing until that is taken back", () =>
    Effect.gen(function* () {
      const { settings, write } = yield* follower(undefined, {
        code: entriesOfDocument({ deepseek: { timeout: 1 } })
      })
      assert.deepStrictEqual(yield* write({ document: { deepseek: { timeout: 9 } } }), [])
      assert.strictEqual((yield* settings.current).version, 1)
    })
  )

  it.effect("may say what is taken only at the start: it waits, and the rest is taken", () =>
    Effect.gen(function* () {
      const { settings, write } = yield* follower({ store: "memory" })
      const [notice] = yield* write({ document: { store: "sqlite", home: "h", deepseek: { retryLimit: 1 } } })
      assert.deepInclude(notice, {
        afterRestart: ["home", "store"],
        changed: [{ path: "deepseek.retryLimit", before: "3", after: "1" }]
      })
      const { settings: inForce } = yield* settings.current
      assert.deepStrictEqual([inForce.store, inForce.home], ["memory", ".ludeng"])
      const [back] = yield* write({ document: { store: "memory", deepseek: { retryLimit: 1 } } })
      assert.deepInclude(back, { afterRestart: [], changed: [] })
    })
  )

  it.effect("with a key that others could read is refused, and the key that was in force stays", () =>
    Effect.gen(function* () {
      const { settings, write } = yield* follower({ deepseek: { apiKey: "sk-canary-old" } })
      const [refused] = yield* write({ document: { deepseek: { apiKey: "sk-canary-new" } }, isPrivate: false })
      assert.strictEqual(refused?._tag, "SettingsRefused")
      assert.notInclude(JSON.stringify(refused), "canary")
      assert.strictEqual((yield* settings.current).version, 1)
      const [taken] = yield* write({ document: { deepseek: { apiKey: "sk-canary-new" } } })
      assert.deepInclude(taken, { changed: [{ path: "deepseek.apiKey" }] })
    })
  )

  it.effect("is not followed where it is not watched", () =>
    Effect.gen(function* () {
      const { settings, write } = yield* follower(undefined, { watch: false })
      assert.deepStrictEqual(yield* write({ document: { deepseek: { retryLimit: 1 } } }), [])
      assert.strictEqual((yield* settings.current).version, 1)
    })
  )
})
