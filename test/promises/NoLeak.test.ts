import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import * as Tracer from "effect/Tracer"
import * as AiError from "effect/ai/AiError"
import { inspect } from "node:util"
import { modelCalls } from "../../mock-layers/leaks/ModelCalls.ts"
import * as Mock from "../../mock-layers/Mock.ts"
import { FaultKind, Scenario, type SimulationDocument } from "../../mock-layers/simulation/Script.ts"
import { CallEvent } from "../../schemas/CallEvent.ts"
import type { EnhancementRequest } from "../../schemas/Enhancement.ts"
import { ApiError, Rejection } from "../../schemas/Failures.ts"
import { CallId } from "../../schemas/Identifiers.ts"
import type { ImageProtocolName } from "../../schemas/Provider.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { Illustrator } from "../../src/illustration/Illustrator.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import type { StoredKey } from "../../src/vault/KeyStore.ts"
import { keyOf } from "../src/vault/SampleKeys.ts"
import { recordCalls } from "../support/CallRecorder.ts"

const key = "sk-canary0f9a8b7c6d5e4f3a2b1c"
const prompt = "zebracanary4711 under a violet sky"
const marks = ["canary0f9a", "zebracanary4711"]

/** The key is one of each account: simulated worlds take none from the settings. */
const keys: ReadonlyArray<StoredKey> = (
  [
    ["deepseek", "https://api.deepseek.com"],
    ["nanobanana", "https://api.nanobananaapi.ai"],
    ["nanobanana-fallback", "https://second.test"]
  ] as const
).map(([scope, origin]) => ({ record: keyOf(`key-${scope}`, { scope, origin }), key: Redacted.make(key) }))

/** A request with a field nobody knows, and whose name says too much. */
const strange: EnhancementRequest = Object.assign({ prompt }, { [prompt]: prompt })

const failureCodec = Schema.toCodecJson(Schema.Union([ApiError, Rejection, AiError.AiError]))
const isEncodable = Schema.is(Schema.Union([ApiError, Rejection, AiError.AiError]))
const eventCodec = Schema.toCodecJson(CallEvent)

const printsOf = (exit: Exit.Exit<unknown, unknown>): ReadonlyArray<string> => {
  if (Exit.isSuccess(exit)) return []
  const error = Cause.findErrorOption(exit.cause)
  if (error._tag === "None") return [inspect(exit, { depth: 20 }), JSON.stringify(exit), Cause.pretty(exit.cause)]
  const failure = error.value
  const shapes = [
    String(failure),
    JSON.stringify(failure),
    ...(failure instanceof Error ? [failure.message, failure.stack ?? ""] : []),
    ...(isEncodable(failure) ? [JSON.stringify(Schema.encodeSync(failureCodec)(failure))] : [])
  ]
  return [...shapes, inspect(exit, { depth: 20 }), JSON.stringify(exit), Cause.pretty(exit.cause)]
}

/**
 * Runs everything the library does in one world, and gives all that was written anywhere but in results. From one seed:
 * by chance a queued job is being sent when the world ends, and its end waits for a clock that nobody moves.
 */
const everythingWritten = (simulation: SimulationDocument, protocol: ImageProtocolName) => {
  const written: Array<string> = []
  const loggers = Logger.layer(
    [Logger.formatJson, Logger.formatLogFmt, Logger.formatSimple].map((format) =>
      Logger.make((options) => {
        written.push(format.log(options))
      })
    )
  )
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      written.push(inspect(options, { depth: 6 }))
      return span
    }
  })
  const other = protocol === "generic" ? "nanobananaapi" : "generic"
  const fallback = { protocol: other, baseURL: "https://second.test/v1", apiKey: key } as const
  const settings = { deepseek: { apiKey: key }, nanobanana: { apiKey: key, protocol, fallback, jobExpiry: 120_000 } }
  const surroundings = Layer.mergeAll(
    loggers,
    Layer.succeed(References.MinimumLogLevel, "Trace"),
    Layer.succeed(Tracer.Tracer, tracer)
  )
  return recordCalls((events) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(
        Effect.all([
          Effect.exit(PromptEnhancer.use((it) => it.enhance({ prompt, parameters: { focus: [prompt] } }))),
          Effect.exit(
            ImageGenerator.use((it) => it.generate({ prompt, parameters: { style: prompt, quality: "low" } }))
          ),
          Effect.exit(Illustrator.use((it) => it.illustrate({ prompt, image: { width: 64, height: 64 } }))),
          Effect.exit(ImageGenerator.use((it) => it.submit({ prompt }))),
          Effect.exit(ImageGenerator.use((it) => it.generate({ prompt: prompt.repeat(300) }))),
          Effect.exit(ImageGenerator.use((it) => it.generate({ prompt: `${prompt}\ud800` }))),
          Effect.exit(PromptEnhancer.use((it) => it.enhance(strange))),
          // Once in a world: the protocol is the pictures'.
          ...(protocol === "generic" ? [] : modelCalls(prompt).map(([, call]) => Effect.exit(call)))
        ])
      )
      yield* TestClock.adjust("1 hour")
      for (const exit of yield* Fiber.join(fiber)) written.push(...printsOf(exit))
      for (const event of events) {
        written.push(inspect(event, { depth: 20 }), JSON.stringify(Schema.encodeSync(eventCodec)(event)))
      }
      assert.isAbove(written.length, 0)
      return written
    })
  ).pipe(Effect.provide(Mock.layerWith({ seed: 1, ...simulation, settings, keys })), Effect.provide(surroundings))
}

const worlds: ReadonlyArray<readonly [string, SimulationDocument]> = [
  ...Scenario.literals.map((scenario) => [`scenario ${scenario}`, { scenario }] as const),
  ...FaultKind.literals.map((fault) => [`fault ${fault}`, { faults: [{ fault }] }] as const)
]

describe("no key and no prompt is in a log, span, event or error", () => {
  for (const [name, simulation] of worlds) {
    it.effect(
      `in ${name}`,
      () =>
        Effect.gen(function* () {
          for (const protocol of ["nanobananaapi", "generic"] as const) {
            for (const text of yield* everythingWritten(simulation, protocol)) {
              for (const mark of marks) assert.notInclude(text, mark)
            }
          }
        }),
      30_000
    )
  }

  it.effect("and the check would see one that is", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(
        Effect.fail(
          new Rejection({
            reason: { _tag: "InputRejected", field: "prompt", problem: prompt, expected: "less" },
            callId: CallId.make("call"),
            isRetryable: false
          })
        )
      )
      assert.isTrue(printsOf(exit).every((text) => text.includes("zebracanary4711")))
    })
  )
})
