import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  type EnvironmentSettingsOptions,
  layerFromEnvironment,
  loadSettings
} from "../../../layers/settings/EnvironmentSettings.ts"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import { DotEnvFile, layerConfigProvider } from "../../../layers/settings/VariableSources.ts"
import * as Live from "../../../layers/Live.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { settingReports } from "../../../src/settings/SettingReport.ts"

const environment = (variables: Readonly<Record<string, string>>) =>
  ConfigProvider.layer(ConfigProvider.fromUnknown(variables))

const load = (variables: Readonly<Record<string, string>>, options?: EnvironmentSettingsOptions) =>
  loadSettings(options).pipe(Effect.provide(environment(variables)))

const withDotEnv = <A, E>(contents: string, effect: Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "ludeng-settings-"))),
    (directory) => {
      const path = join(directory, ".env")
      writeFileSync(path, contents)
      return Effect.provideService(effect, DotEnvFile, path)
    },
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
  )

describe("settings from the environment", () => {
  it.effect("code goes over the environment, the environment over .env, .env over the defaults", () =>
    withDotEnv(
      '\uFEFF# ours\nDEEPSEEK_TIMEOUT=1\r\nexport DEEPSEEK_RETRY_LIMIT="1" # few\nDEEPSEEK_BACKOFF_BASE=1\n',
      Effect.gen(function* () {
        const { settings, entries } = yield* load(
          { DEEPSEEK_TIMEOUT: "2", DEEPSEEK_RETRY_LIMIT: "2" },
          { code: { deepseek: { timeout: 3 } } }
        )
        const seen = settingReports(settings, entries)
          .filter(({ name }) => /^DEEPSEEK_(TIMEOUT|RETRY_LIMIT|BACKOFF_)/.test(name))
          .map(({ name, value, source }) => `${name}=${value} ${source}`)
        assert.deepStrictEqual(seen, [
          "DEEPSEEK_TIMEOUT=3 code",
          "DEEPSEEK_RETRY_LIMIT=2 environment",
          "DEEPSEEK_BACKOFF_BASE=1 .env",
          "DEEPSEEK_BACKOFF_CAP=20000 default"
        ])
      })
    )
  )

  it.effect("a placeholder in the environment does not hide the key in .env", () =>
    withDotEnv(
      "DEEPSEEK_API_KEY=sk-real\n",
      Effect.gen(function* () {
        const { settings, entries } = yield* load({ DEEPSEEK_API_KEY: "your_api_key_here" })
        assert.isDefined(settings.deepseek.apiKey)
        assert.strictEqual(entries.get("deepseek.apiKey")?.source, ".env")
      })
    )
  )

  it.effect("effect's Config sees the environment over .env", () =>
    withDotEnv(
      "A_SWITCH=true\nB_SWITCH=true\n",
      Effect.gen(function* () {
        const seen = yield* Effect.all([Config.Boolean("A_SWITCH"), Config.Boolean("B_SWITCH")]).pipe(
          Effect.provide(layerConfigProvider.pipe(Layer.provide(environment({ A_SWITCH: "false" }))))
        )
        assert.deepStrictEqual(seen, [false, true])
      })
    )
  )

  it.effect("a program with a ConfigProvider of its own never reads a stray .env", () =>
    Effect.gen(function* () {
      const { entries } = yield* load({})
      assert.strictEqual(entries.size, 0)
    })
  )

  it.effect("a .env that can not be read is a configuration error, an absent one is none", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(load({}).pipe(Effect.provideService(DotEnvFile, tmpdir())))
      assert.deepStrictEqual(
        error.problems.map((it) => it.problem),
        ["can not be read"]
      )
      yield* load({}).pipe(Effect.provideService(DotEnvFile, join(tmpdir(), "no-such-file-of-ludeng")))
    })
  )

  it.effect("a .env that is no regular file, or too long, is not read", () =>
    Effect.gen(function* () {
      const problems = (path: string) =>
        Effect.flip(load({}).pipe(Effect.provideService(DotEnvFile, path))).pipe(Effect.map((it) => it.problems))
      // A device, and not a pipe: a regression is to fail here, and not to wait for a writer forever.
      const expected = "a readable, regular file of at most 1 MiB"
      assert.deepStrictEqual(yield* problems("/dev/null"), [
        { name: "/dev/null", problem: "can not be read", expected }
      ])
      const long = withDotEnv(`A=${"a".repeat(1_048_576)}`, Effect.flip(load({})))
      assert.include((yield* long).message, "at most 1 MiB")
    })
  )

  it.effect("live, a proxy that can not be used is reported like a missing key, and without its password", () =>
    Effect.gen(function* () {
      const before = process.env["https_proxy"]
      process.env["https_proxy"] = "socks5://user:canary@127.0.0.1:9"
      const live = Live.layerWith({ deepseek: { apiKey: "ok", timeout: -1 } }).pipe(Layer.provide(environment({})))
      const error = yield* Effect.flip(Effect.scoped(Layer.build(live))).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            if (before === undefined) delete process.env["https_proxy"]
            else process.env["https_proxy"] = before
          })
        )
      )
      assert.deepStrictEqual(
        error.problems.map((it) => it.name),
        ["deepseek.timeout", "NANOBANANA_API_KEY", "HTTPS_PROXY"]
      )
      assert.notInclude(error.message, "canary")
    })
  )

  it.effect("an unknown field hides neither another bad value nor a key that was given", () =>
    Effect.gen(function* () {
      const deepseek = { apiKey: "ok", timeout: "canary", bogus: 1 }
      const code = { deepseek, nanobanana: { apiKey: "ok", retryLimit: 99 } } as unknown as SettingsDocument
      const error = yield* Effect.flip(load({}, { code, requireKeys: true }))
      assert.deepStrictEqual(error.problems.map((it) => it.name).toSorted(), [
        "deepseek.bogus",
        "deepseek.timeout",
        "nanobanana.retryLimit"
      ])
    })
  )

  it.effect("bad values of code and environment and missing keys are reported together", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        load(
          { DEEPSEEK_TIMEOUT: "soon", NANOBANANA_API_KEY: "not one word" },
          { code: { nanobanana: { retryLimit: -1 } }, requireKeys: true }
        )
      )
      assert.deepStrictEqual(error.problems.map((it) => it.name).toSorted(), [
        "DEEPSEEK_API_KEY",
        "DEEPSEEK_TIMEOUT",
        "NANOBANANA_API_KEY",
        "nanobanana.retryLimit"
      ])
      assert.notInclude(error.message, "not one word")
    })
  )

  it.effect("limits that can not be are refused at the start, whatever their source, all together", () =>
    withDotEnv(
      "DEEPSEEK_RATE_LIMITS=0/hour\nNANOBANANA_CONCURRENCY=0\n",
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          load(
            { NANOBANANA_RATE_LIMITS: "100/minute, 50/hour", DEEPSEEK_QUEUE_LIMIT: "-1" },
            { code: { nanobanana: { rateLimits: { status: { requests: 1, window: -60 } } } } }
          )
        )
        assert.deepStrictEqual(error.problems.map((it) => it.name).toSorted(), [
          "DEEPSEEK_QUEUE_LIMIT",
          "DEEPSEEK_RATE_LIMITS",
          "NANOBANANA_CONCURRENCY",
          "NANOBANANA_RATE_LIMITS",
          "nanobanana.rateLimits.status"
        ])
      })
    )
  )

  it.effect("with keys not required, none is missing", () =>
    Effect.gen(function* () {
      const { settings } = yield* LiveSettings.use((it) => it.current)
      assert.isUndefined(settings.deepseek.apiKey)
    }).pipe(Effect.provide(layerFromEnvironment().pipe(Layer.provide(environment({})))))
  )
})

describe("settings from the file", () => {
  const inFile = <A, E>(contents: string, body: (file: string) => Effect.Effect<A, E>) =>
    withDotEnv(
      "",
      Effect.flatMap(DotEnvFile, (dotEnv) => {
        const file = `${dotEnv}.json`
        writeFileSync(file, contents, { mode: 0o600 })
        return body(file)
      })
    )

  it.effect("stand below every variable, and above the defaults", () =>
    inFile('\uFEFF{"deepseek":{"timeout":1,"retryLimit":1,"model":"m","apiKey":"your_api_key_here"}}', (file) =>
      Effect.gen(function* () {
        const variables = { LUDENG_CONFIG: file, DEEPSEEK_TIMEOUT: "2" }
        const { settings, entries } = yield* load(variables, { code: { deepseek: { model: "mine" } } })
        const { apiKey, model, retryLimit, timeout } = settings.deepseek
        assert.deepStrictEqual([Duration.toMillis(timeout), retryLimit, model, apiKey], [2, 1, "mine", undefined])
        assert.strictEqual(entries.get("deepseek.retryLimit")?.source, "file")
      })
    )
  )

  it.effect("that LUDENG_CONFIG names must be there; without it a program with its own variables reads none", () =>
    Effect.gen(function* () {
      const name = join(tmpdir(), "no-such-settings-of-ludeng.json")
      const error = yield* Effect.flip(load({ LUDENG_CONFIG: name, DEEPSEEK_TIMEOUT: "x" }))
      assert.deepStrictEqual(
        error.problems.map((it) => `${it.name} ${it.problem}`),
        [`${name} can not be found`, "DEEPSEEK_TIMEOUT the value can not be used"]
      )
      const settings = yield* LiveSettings.pipe(
        Effect.provide(layerFromEnvironment().pipe(Layer.provide(environment({}))))
      )
      const unsaved = yield* Effect.flip(settings.save({ deepseek: { retryLimit: 1 } }))
      assert.deepStrictEqual(
        unsaved.problems.map((it) => it.name),
        ["LUDENG_CONFIG"]
      )
    })
  )

  it.effect("are told with all other problems, by their place, and never by their value", () =>
    inFile('{"deepseek":{"timeout":"canary","cacheStale":1},"nanobanana":[],"x":1}', (file) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(load({ LUDENG_CONFIG: file }))
        assert.notInclude(error.message, "canary")
        assert.deepStrictEqual(error.problems.map((it) => it.name).toSorted(), [
          "deepseek.cacheStale",
          "deepseek.timeout",
          "nanobanana",
          "x"
        ])
      })
    )
  )
})

describe("settings while the program runs", () => {
  const layer = layerFromCode({ deepseek: { timeout: 1000 }, nanobanana: { attemptTimeout: { submit: 5 } } })

  it.effect("a change merges, counts the version up, and is seen by whoever listens", () =>
    Effect.gen(function* () {
      const settings = yield* LiveSettings
      const before = yield* settings.current
      const seen = yield* settings.changes.pipe(
        Stream.take(3),
        Stream.map((it) => it.version),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      yield* settings.update({ nanobanana: { attemptTimeout: { status: 7 } } })
      const after = yield* settings.update({ deepseek: { retryLimit: 0 } })
      assert.deepStrictEqual(yield* Fiber.join(seen), [1, 2, 3])
      assert.deepStrictEqual(
        [after.version, after.settings.deepseek.timeout, after.settings.deepseek.retryLimit],
        [3, Duration.millis(1000), 0]
      )
      assert.deepStrictEqual(
        [after.settings.nanobanana.attemptTimeout.submit, after.settings.nanobanana.attemptTimeout.status].map(
          Duration.toMillis
        ),
        [5, 7]
      )
      assert.strictEqual(before.settings.deepseek.retryLimit, 3)
    }).pipe(Effect.provide(layer))
  )

  it.effect("a change with one bad value is refused whole, with every problem named", () =>
    Effect.gen(function* () {
      const settings = yield* LiveSettings
      const error = yield* Effect.flip(
        settings.update({ deepseek: { model: "other", timeout: 0 }, nanobanana: { baseURL: "http://example.com" } })
      )
      assert.deepStrictEqual(
        error.problems.map((it) => it.name),
        ["deepseek.timeout", "nanobanana.baseURL"]
      )
      const { version, settings: unchanged } = yield* settings.current
      assert.deepStrictEqual([version, unchanged.deepseek.model], [1, "deepseek-flash"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("live, a change may name no second provider without its key", () =>
    Effect.gen(function* () {
      const settings = yield* LiveSettings
      const error = yield* Effect.flip(settings.update({ nanobanana: { fallback: { protocol: "nanobananaapi" } } }))
      assert.deepStrictEqual(
        error.problems.map((it) => it.name),
        ["NANOBANANA_FALLBACK_API_KEY"]
      )
      assert.strictEqual((yield* settings.current).version, 1)
      yield* settings.update({ nanobanana: { fallback: { protocol: "nanobananaapi", apiKey: "nb-b" } } })
    }).pipe(
      Effect.provide(
        layerFromEnvironment({
          code: { deepseek: { apiKey: "sk-a" }, nanobanana: { apiKey: "nb-a" } },
          requireKeys: true
        }).pipe(Layer.provide(environment({})))
      )
    )
  )

  it.effect("limits that are refused leave the doors as they are, limits that are taken reach them", () =>
    Effect.gen(function* () {
      const settings = yield* LiveSettings
      const control = yield* AdmissionControl
      const limits = () => {
        const { lane, room } = control.door("deepseek", "chat")
        return [lane.options.tiers, lane.options.queueLimit, room.bulkhead.concurrencyAt(0)]
      }
      const before = limits()
      assert.deepStrictEqual(before, [[{ limit: 100, windowMillis: 3_600_000 }], 1_000, 5])
      const bad = { deepseek: { rateLimit: { requests: 0, window: 60 }, concurrency: 2 } }
      yield* Effect.flip(settings.update(bad))
      assert.deepStrictEqual(limits(), before)
      const taken = yield* settings.update({
        deepseek: { rateLimit: { requests: 20, window: 60 }, concurrency: 2, queueLimit: 7 }
      })
      control.follow(taken)
      assert.deepStrictEqual(limits(), [[{ limit: 20, windowMillis: 60_000 }], 7, 2])
    }).pipe(Effect.provide(Mock.layer))
  )
})
