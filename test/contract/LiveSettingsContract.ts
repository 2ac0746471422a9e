/**
 * What every `LiveSettings` must do, over memory, over the surroundings, and over what a host puts in their place.
 *
 * A world is the service with the code `{ deepseek: { timeout: 1000 } }` over a settings file that another program may
 * write; `variables` are those of the environment, where it has one.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ConfigurationError, SettingsDocument } from "../../schemas/Settings.ts"
import type { LiveSettings, SettingsNotice } from "../../src/settings/LiveSettings.ts"
import type { JsonObject } from "../../src/settings/SettingsFile.ts"

/** What a suite is run on. `written` is what stands in the file, `undefined` where there is none. */
export interface SettingsWorld {
  readonly settings: LiveSettings["Service"]
  readonly written: Effect.Effect<JsonObject | undefined>
}

/** Makes a world over a file with this document. */
export type MakeSettingsWorld = (given: {
  readonly file?: JsonObject
  readonly code?: SettingsDocument
}) => Effect.Effect<SettingsWorld, ConfigurationError, Scope.Scope>

const namesOf = (error: ConfigurationError) => error.problems.map((it) => it.name).toSorted()

/** The suite. */
export const liveSettingsContract = (name: string, make: MakeSettingsWorld): void => {
  const code = { deepseek: { timeout: 1_000 } }
  const world = (file?: JsonObject) => make({ code, ...(file === undefined ? {} : { file }) })

  describe(`the contract of live settings: ${name}`, () => {
    it.effect("what is given to `update` is in force for the next call, and the call before keeps what it read", () =>
      Effect.gen(function* () {
        const { settings } = yield* world()
        const before = yield* settings.current
        const after = yield* settings.update({ deepseek: { retryLimit: 0 } })
        assert.strictEqual(after.version, before.version + 1)
        assert.strictEqual(before.settings.deepseek.retryLimit, 3)
        assert.strictEqual(settings.latest().settings.deepseek.retryLimit, 0)
        assert.deepStrictEqual(yield* settings.current, after)
        assert.deepStrictEqual(after.settings.deepseek.timeout, Duration.seconds(1))
      })
    )

    it.effect("null takes a value back, and what is weaker is in force again", () =>
      Effect.gen(function* () {
        const { settings } = yield* world({ deepseek: { retryLimit: 2, timeout: 2_000 } })
        yield* settings.update({ deepseek: { retryLimit: 1 } })
        const after = yield* settings.update({ deepseek: null })
        assert.strictEqual(after.settings.deepseek.retryLimit, 2)
        assert.deepStrictEqual(after.settings.deepseek.timeout, Duration.seconds(2))
        const saved = yield* settings.save({ deepseek: { retryLimit: null } })
        assert.strictEqual(saved.settings.deepseek.retryLimit, 3)
      })
    )

    it.effect("a change with bad values is refused whole, and every problem is named; nothing is written", () =>
      Effect.gen(function* () {
        const { settings, written } = yield* world({ deepseek: { model: "mine" } })
        const bad = { deepseek: { retryLimit: 99, model: "other", bogus: 1 }, nanobanana: { baseURL: "ftp://x" } }
        for (const change of [settings.update(bad), settings.save(bad)]) {
          const error = yield* Effect.flip(change)
          assert.deepStrictEqual(namesOf(error), ["deepseek.bogus", "deepseek.retryLimit", "nanobanana.baseURL"])
        }
        const { settings: unchanged, version } = yield* settings.current
        assert.deepStrictEqual([version, unchanged.deepseek.model], [1, "mine"])
        assert.deepStrictEqual(yield* written, { deepseek: { model: "mine" } })
      })
    )

    it.effect("`save` writes what it was given beside what stood there, and takes it", () =>
      Effect.gen(function* () {
        const { settings, written } = yield* world({ $schema: "./s.json", deepseek: { model: "mine" } })
        const { settings: now } = yield* settings.save({
          deepseek: { retryLimit: 1 },
          nanobanana: { rateLimit: { requests: 5, window: 60 } }
        })
        assert.strictEqual(now.deepseek.retryLimit, 1)
        assert.deepStrictEqual(yield* written, {
          $schema: "./s.json",
          deepseek: { model: "mine", retryLimit: 1 },
          nanobanana: { rateLimit: { requests: 5, window: 60 } }
        })
      })
    )

    it.effect("`save` makes the file where there is none", () =>
      Effect.gen(function* () {
        const { settings, written } = yield* world()
        assert.isUndefined(yield* written)
        yield* settings.save({ deepseek: { retryLimit: 1 } })
        assert.deepStrictEqual(yield* written, { deepseek: { retryLimit: 1 } })
      })
    )

    it.effect("`save` refuses what code fixes, by name, and never writes a key or secret", () =>
      Effect.gen(function* () {
        const { settings, written } = yield* world()
        const error = yield* Effect.flip(
          settings.save({ deepseek: { timeout: 5, apiKey: "sk-canary" }, vault: { key: "canary-canary" } })
        )
        assert.deepStrictEqual(namesOf(error), ["deepseek.apiKey", "deepseek.timeout", "vault.key"])
        assert.include(error.message, "the program's code")
        assert.notInclude(error.message, "canary")
        assert.isUndefined(yield* written)
      })
    )

    it.effect("`save` sends no key of the settings to another address, also when it stands in the file", () =>
      Effect.gen(function* () {
        const file = { deepseek: { apiKey: "sk-canary" } }
        const { settings, written } = yield* make({ code: { nanobanana: { apiKey: "nb-canary" } }, file })
        const elsewhere = { baseURL: "https://elsewhere.example/v1" }
        const error = yield* Effect.flip(settings.save({ deepseek: elsewhere, nanobanana: elsewhere }))
        assert.deepStrictEqual(namesOf(error), ["deepseek.baseURL", "nanobanana.baseURL"])
        assert.notInclude(error.message, "canary")
        assert.deepStrictEqual(yield* written, file)
        yield* settings.save({ deepseek: { baseURL: "https://api.deepseek.com/v1" } })
        // A second account that has its key already, and no address yet.
        const second = yield* make({ code: { nanobanana: { fallback: { apiKey: "nb-canary" } } } })
        const named = second.settings.save({ nanobanana: { fallback: { protocol: "generic", ...elsewhere } } })
        assert.deepStrictEqual(namesOf(yield* Effect.flip(named)), ["nanobanana.fallback.baseURL"])
      })
    )

    it.effect("what is taken only at the start is refused by `update`, and waits where it is saved", () =>
      Effect.gen(function* () {
        const { settings, written } = yield* world()
        const error = yield* Effect.flip(settings.update({ home: "elsewhere", deepseek: { retryLimit: 1 } }))
        assert.deepStrictEqual(namesOf(error), ["home"])
        assert.strictEqual((yield* settings.current).settings.deepseek.retryLimit, 3)
        const saved = yield* settings.save({ home: "elsewhere" })
        assert.notStrictEqual(saved.settings.home, "elsewhere")
        assert.deepStrictEqual(yield* written, { home: "elsewhere" })
        const waiting = (yield* settings.report).filter((it) => it.afterRestart !== undefined)
        assert.deepStrictEqual(
          waiting.map((it) => [it.path, it.changes, it.afterRestart]),
          [["home", "restart", "elsewhere"]]
        )
      })
    )

    it.effect("the report tells of every setting its value, source and default, and of a key only that it is set", () =>
      Effect.gen(function* () {
        const { settings } = yield* make({
          code: { deepseek: { timeout: 1_000, apiKey: "sk-canary" } },
          file: { deepseek: { retryLimit: 1 } }
        })
        const report = yield* settings.report
        assert.notInclude(JSON.stringify(report), "canary")
        const line = (path: string) => report.find((it) => it.path === path)
        assert.deepInclude(line("deepseek.timeout"), { value: "1000", source: "code", default: "30000" })
        assert.deepInclude(line("deepseek.retryLimit"), { value: "1", source: "file", default: "3" })
        assert.deepInclude(line("deepseek.model"), { source: "default", from: null, isSecret: false })
        assert.deepInclude(line("deepseek.apiKey"), { value: "set", source: "code", isSecret: true, default: null })
        assert.deepInclude(line("imageRetention"), { value: "unset", source: null, default: null })
      })
    )

    it.effect("whoever listens sees each version, and what changed by whom, without any key", () =>
      Effect.gen(function* () {
        const { settings } = yield* world()
        const versions = yield* settings.changes.pipe(
          Stream.take(3),
          Stream.map((it) => it.version),
          Stream.runCollect,
          Effect.forkChild({ startImmediately: true })
        )
        const notices = yield* settings.notices.pipe(
          Stream.take(2),
          Stream.runCollect,
          Effect.forkChild({ startImmediately: true })
        )
        yield* settings.update({ deepseek: { retryLimit: 1, apiKey: "sk-canary" } })
        yield* settings.save({ nanobanana: { timeout: 5 } })
        assert.deepStrictEqual(yield* Fiber.join(versions), [1, 2, 3])
        const told = yield* Fiber.join(notices)
        assert.notInclude(JSON.stringify(told), "canary")
        assert.deepStrictEqual(told.map(withoutTime), [
          {
            _tag: "SettingsChanged",
            version: 2,
            by: "update",
            changed: [{ path: "deepseek.apiKey" }, { path: "deepseek.retryLimit", before: "3", after: "1" }],
            afterRestart: []
          },
          {
            _tag: "SettingsChanged",
            version: 3,
            by: "save",
            changed: [{ path: "nanobanana.timeout", before: "180000", after: "5" }],
            afterRestart: []
          }
        ])
      })
    )

    it.effect("of many changes at once none is lost", () =>
      Effect.gen(function* () {
        const { settings, written } = yield* world()
        const changes = [
          settings.save({ deepseek: { retryLimit: 1 } }),
          settings.save({ deepseek: { model: "mine" } }),
          settings.save({ nanobanana: { retryLimit: 1 } }),
          settings.update({ nanobanana: { timeout: 7 } })
        ]
        const versions = yield* Effect.all(changes, { concurrency: "unbounded" })
        assert.deepStrictEqual(versions.map((it) => it.version).toSorted(), [2, 3, 4, 5])
        assert.deepStrictEqual(yield* written, {
          deepseek: { retryLimit: 1, model: "mine" },
          nanobanana: { retryLimit: 1 }
        })
        assert.deepStrictEqual((yield* settings.current).settings.nanobanana.timeout, Duration.millis(7))
      })
    )
  })
}

const withoutTime = ({ at: _, ...notice }: SettingsNotice) => notice
