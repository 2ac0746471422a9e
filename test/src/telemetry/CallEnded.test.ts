/** What is told of a whole call when it has ended: one event, and one line in the log. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../../mock-layers/Mock.ts"
import { IdempotencyKey } from "../../../schemas/Identifiers.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { Illustrator } from "../../../src/illustration/Illustrator.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { summaryFor } from "../../../src/pipeline/TellCallEnded.ts"
import { passVirtually } from "../../contract/World.ts"
import { recordCalls } from "../../support/CallRecorder.ts"

interface Line {
  readonly message: string
  readonly level: string
  readonly annotations: Record<string, unknown>
}

type MockOptions = Parameters<typeof Mock.layerWith>[0]
type Services = PromptEnhancer | ImageGenerator | Illustrator

/** The final lines of the calls of an effect, those of level Info and above. */
const endsOf = (simulation: MockOptions, effect: Effect.Effect<unknown, unknown, Services>) => {
  const lines: Array<Line> = []
  const logger = Logger.make((options) => void lines.push(JSON.parse(Logger.formatJson.log(options))))
  return passVirtually(Effect.exit(effect)).pipe(
    Effect.map(() => lines.filter((it) => it.message.startsWith("call "))),
    Effect.provide(Mock.layerWith(simulation)),
    Effect.provide(Logger.layer([logger]))
  )
}

const enhance = PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))
const generate = ImageGenerator.use((it) => it.generate({ prompt: "a red fox" }))

const shown = ({ annotations, level, message }: Line) => [
  level,
  message,
  annotations["method"],
  annotations["provenance"],
  annotations["requests"]
]

describe("the line of a call", () => {
  it.effect("is one, whether DeepSeek, the cache, an equal call or something else answered", () =>
    Effect.gen(function* () {
      const lines = yield* endsOf({}, Effect.andThen(Effect.all([enhance, enhance], { concurrency: 2 }), enhance))
      assert.sameDeepMembers(lines.map(shown), [
        ["INFO", "call succeeded", "enhance", "Live", "deepseek.chat"],
        ["INFO", "call succeeded", "enhance", "Live", undefined],
        ["INFO", "call succeeded", "enhance", "Cached", undefined]
      ])
      const [first, ...rest] = lines.toSorted(
        (left, right) => Number(right.annotations["attempts"]) - Number(left.annotations["attempts"])
      )
      assert.containsAllKeys(first?.annotations, [
        "callId",
        "owner",
        "queueMillis",
        "firstByteMillis",
        "bodyMillis",
        "providerMillis",
        "ownMillis",
        "totalMillis",
        "costBasis"
      ])
      assert.deepInclude(first?.annotations, { attempts: 1, isSimulated: true })
      assert.isAbove(Number(first?.annotations["costUsdMicros"]), 0)
      for (const free of rest) {
        assert.deepInclude(free?.annotations, { attempts: 0, costUsdMicros: 0 })
        assert.doesNotHaveAnyKeys(free?.annotations, ["providerMillis", "jobId", "reason"])
      }
      assert.strictEqual(new Set(lines.map((it) => it.annotations["callId"])).size, 3)
    })
  )

  it.effect("of an answer that something stands in for says so", () =>
    Effect.gen(function* () {
      const degraded = PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }, { accept: ["Live", "Degraded"] }))
      const lines = yield* endsOf({ faults: [{ fault: "unavailable" }] }, degraded)
      assert.deepStrictEqual(lines.map(shown), [["INFO", "call succeeded", "enhance", "Degraded", "deepseek.chat"]])
      assert.strictEqual(lines[0]?.annotations["attempts"], 4)
    })
  )

  it.effect("of a picture holds its job, and no more of the time as ours than is", () =>
    Effect.gen(function* () {
      const illustrate = Illustrator.use((it) => it.illustrate({ prompt: "a red fox" }))
      const lines = yield* endsOf({}, Effect.andThen(illustrate, generate))
      assert.deepStrictEqual(lines.map(shown), [
        [
          "INFO",
          "call succeeded",
          "illustrate",
          "Live",
          "deepseek.chat nanobanana.submit nanobanana.status nanobanana.download"
        ],
        ["INFO", "call succeeded", "generate", "Live", "nanobanana.submit nanobanana.status nanobanana.download"]
      ])
      for (const { annotations } of lines) {
        assert.match(String(annotations["jobId"]), /^job_/)
        assert.containsAllKeys(annotations, ["costUsdMicros", "costBasis"])
        assert.isAbove(Number(annotations["awaitedMillis"]), 1_000)
        assert.isBelow(Number(annotations["ownMillis"]), 5)
        assert.isAtLeast(Number(annotations["totalMillis"]), Number(annotations["awaitedMillis"]))
      }
    })
  )

  it.effect("of a submitted job has its id, of the waiting for it its cost, and of an earlier one no cost", () =>
    Effect.gen(function* () {
      const idempotencyKey = IdempotencyKey.make("fox-1")
      const calls = Effect.gen(function* () {
        const generator = yield* ImageGenerator
        const { id } = yield* generator.submit({ prompt: "a red fox" }, { idempotencyKey })
        yield* generator.await(id)
        yield* generator.await(id)
      })
      const lines = yield* endsOf({}, calls)
      assert.deepStrictEqual(
        lines.map(({ annotations }) => [annotations["method"], annotations["provenance"]]),
        [
          ["submit", undefined],
          ["await", "Live"],
          ["await", "Cached"]
        ]
      )
      assert.strictEqual(new Set(lines.map((it) => it.annotations["jobId"])).size, 1)
      assert.deepStrictEqual(
        lines.map((it) => "costUsdMicros" in it.annotations),
        [false, true, false]
      )
    })
  )

  it.effect("is one for a call that fails, is refused, or whose caller has gone", () =>
    Effect.gen(function* () {
      const illustrate = Illustrator.use((it) => it.illustrate({ prompt: "a red fox" }))
      const failed = yield* endsOf({ faults: [{ fault: "unavailable", operation: "submit" }] }, illustrate)
      assert.deepStrictEqual(
        failed.map(({ annotations, level, message }) => [level, message, annotations["method"], annotations["reason"]]),
        [["WARN", "call failed", "illustrate", "ServiceUnavailable"]]
      )
      assert.containsAllKeys(failed[0]?.annotations, ["outcome", "attempts", "costUsdMicros", "totalMillis"])

      const refused = yield* endsOf(
        {},
        Effect.all(
          [
            Effect.exit(PromptEnhancer.use((it) => it.enhance({ prompt: "" }))),
            Effect.exit(PromptEnhancer.use((it) => it.enhance({ prompt: "fox" }, { deadline: Duration.seconds(-1) })))
          ],
          { discard: true }
        )
      )
      assert.deepStrictEqual(
        refused.map(({ annotations, level, message }) => [
          level,
          message,
          annotations["method"],
          annotations["reason"]
        ]),
        Array.from({ length: 2 }, () => ["WARN", "call refused", "enhance", "InputRejected"])
      )

      const left = Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(enhance, { startImmediately: true })
        yield* Effect.sleep("1 second")
        yield* Fiber.interrupt(fiber)
      })
      const interrupted = yield* endsOf({ scenario: "keep-alive-forever" }, left)
      assert.deepStrictEqual(
        interrupted.map(({ level, message }) => [level, message]),
        [["INFO", "call interrupted"]]
      )
    })
  )

  it.effect("says how long a call waited in vain for its turn", () =>
    Effect.gen(function* () {
      const other = PromptEnhancer.use((it) =>
        it.enhance({ prompt: "a blue fox" }, { accept: ["Live"], deadline: Duration.seconds(5) })
      )
      const lines = yield* endsOf(
        { settings: { deepseek: { concurrency: 1 } }, scenario: "keep-alive-forever" },
        Effect.all([Effect.exit(enhance), Effect.exit(other)], { concurrency: 2 })
      )
      const refused = lines.find((it) => it.message === "call refused")
      assert.isAtLeast(Number(refused?.annotations["queueMillis"]), 4_900)
      assert.isBelow(Number(refused?.annotations["ownMillis"]), 100)
    })
  )
})

describe("the event of a call", () => {
  it.effect("is told once for the outermost call, and no sum is kept where nobody wants to know", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        yield* passVirtually(Illustrator.use((it) => it.illustrate({ prompt: "a red fox" })))
        const ended = events.flatMap((it) => (it._tag === "CallEnded" ? [it] : []))
        assert.deepStrictEqual(
          ended.map(({ end, method }) => [method, end._tag]),
          [["illustrate", "Succeeded"]]
        )
        yield* TestClock.adjust("1 second")
      })
    ).pipe(Effect.provide(Mock.layer))
  )

  it.effect("costs nothing where nobody listens and no line is written", () =>
    Effect.withFiber((fiber) =>
      Effect.sync(() => {
        assert.isUndefined(summaryFor(fiber))
      })
    ).pipe(Effect.provideService(References.MinimumLogLevel, "Warn"))
  )
})
