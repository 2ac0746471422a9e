import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { Transport } from "../../src/transport/Transport.ts"
import * as LiveOrMock from "../../mock-layers/LiveOrMock.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import { mockVariables } from "../../mock-layers/MockVariables.ts"
import * as Simulated from "../../mock-layers/Simulated.ts"

const withVariables = (variables: Readonly<Record<string, string>>) =>
  Effect.provideService(
    ConfigProvider.ConfigProvider,
    ConfigProvider.fromUnknown({ LUDENG_STORE: "memory", ...variables })
  )

const keys = { DEEPSEEK_API_KEY: "sk-canary", NANOBANANA_API_KEY: "nb-canary" }

const isSimulated = Transport.useSync((it) => it.isSimulated).pipe(Effect.provide(LiveOrMock.layerWith({})))

const problemsWith = (variables: Readonly<Record<string, string>>) =>
  Effect.map(Effect.flip(isSimulated.pipe(withVariables(variables))), ({ problems }) => problems.map((it) => it.name))

describe("LiveOrMock.layer", () => {
  it.live("is live unless USE_MOCK_APIS says otherwise", () =>
    Effect.gen(function* () {
      const chosen = (word: string | undefined) =>
        isSimulated.pipe(withVariables(word === undefined ? keys : { ...keys, USE_MOCK_APIS: word }))
      assert.deepStrictEqual(
        [yield* chosen(undefined), yield* chosen("false"), yield* chosen("true"), yield* chosen("1")],
        [false, false, true, true]
      )
    })
  )

  it.live("simulates nothing that was not asked for: a missing key is a problem", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* problemsWith({ MOCK_SCENARIO: "flaky" }), [
        "DEEPSEEK_API_KEY",
        "NANOBANANA_API_KEY"
      ])
    })
  )

  it.live("reports all bad values together, by name and without the value", () =>
    Effect.gen(function* () {
      const bad = {
        USE_MOCK_APIS: "canary-1",
        MOCK_SEED: "canary-2",
        MOCK_SCENARIO: "canary-3",
        MOCK_FAILURE_RATE: "1.5",
        MOCK_LATENCY: "canary-4",
        DEEPSEEK_TIMEOUT: "canary-5"
      }
      const error = yield* Effect.flip(isSimulated.pipe(withVariables(bad)))
      assert.sameMembers(
        error.problems.map((it) => it.name),
        Object.keys(bad)
      )
      assert.notInclude(JSON.stringify(error.problems) + error.message, "canary")
      const { USE_MOCK_APIS: _, ...rest } = bad
      assert.sameMembers(yield* problemsWith({ ...rest, USE_MOCK_APIS: "true" }), Object.keys(rest))
    })
  )
})

describe("mockVariables", () => {
  it.effect("reads what is set and leaves out what is not", () =>
    Effect.gen(function* () {
      const read = (variables: Readonly<Record<string, string>>) => mockVariables.pipe(withVariables(variables))
      assert.deepStrictEqual(yield* read({}), { useMockApis: undefined, simulation: {} })
      assert.deepStrictEqual(
        yield* read({
          USE_MOCK_APIS: "false",
          MOCK_SEED: "7",
          MOCK_SCENARIO: "down",
          MOCK_FAILURE_RATE: "0.1",
          MOCK_LATENCY: "2 seconds"
        }),
        { useMockApis: false, simulation: { seed: 7, scenario: "down", failureRate: 0.1, latency: "2 seconds" } }
      )
      assert.deepStrictEqual((yield* read({ MOCK_LATENCY: " 250 " })).simulation, { latency: "250" })
    })
  )
})

describe("Simulated.layer", () => {
  it.live("reports bad settings and bad MOCK_ variables together", () =>
    Effect.gen(function* () {
      const build = MockHandle.use((it) => it.totals).pipe(Effect.provide(Simulated.layerWith({})))
      const { problems } = yield* Effect.flip(build.pipe(withVariables({ MOCK_SEED: "x", DEEPSEEK_TIMEOUT: "x" })))
      assert.sameMembers(
        problems.map((it) => it.name),
        ["MOCK_SEED", "DEEPSEEK_TIMEOUT"]
      )
    })
  )

  it.live("stores real files, without a key of the environment and without a network", () =>
    Effect.gen(function* () {
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "ludeng-simulated-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const layer = Simulated.layerWith({
        latency: 1,
        settings: {
          imageDirectory: directory,
          home: directory,
          store: "sqlite",
          nanobanana: { pollFirst: 5, protocol: "generic" }
        }
      })
      yield* Effect.gen(function* () {
        const parameters = { width: 96, height: 64, format: "png" } as const
        const { image } = yield* ImageGenerator.use((it) => it.generate({ prompt: "a cat", parameters }))
        assert.strictEqual(statSync(image.path).size, image.bytes)
        assert.deepStrictEqual([image.width, image.height, image.format], [96, 64, "png"])
        const { settings } = yield* LiveSettings.use((it) => it.current)
        assert.notInclude(JSON.stringify(settings.deepseek.apiKey), "canary")
        assert.strictEqual((yield* MockHandle.use((it) => it.totals)).acceptedSubmits, 1)
        assert.strictEqual((yield* MockHandle.use((it) => it.script)).scenario, "expired-url")
      }).pipe(Effect.provide(layer), withVariables({ ...keys, MOCK_SCENARIO: "expired-url", MOCK_LATENCY: "9 hours" }))
    }).pipe(Effect.scoped)
  )
})
