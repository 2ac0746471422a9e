/** What becomes of the whole when its first half fails. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import type { FaultKind, SimulationDocument } from "../../../mock-layers/simulation/Script.ts"
import type { Enhancement } from "../../../schemas/Enhancement.ts"
import { ApiError } from "../../../schemas/Failures.ts"
import { CallId, IdempotencyKey } from "../../../schemas/Identifiers.ts"
import { type Cost, noCost } from "../../../schemas/Money.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { Illustrator } from "../../../src/illustration/Illustrator.ts"
import * as MakeIllustrator from "../../../src/illustration/MakeIllustrator.ts"
import { DegradedModes } from "../../../src/policy/degraded-mode/DegradedModes.ts"
import * as MakeDegradedModes from "../../../src/policy/degraded-mode/MakeDegradedModes.ts"
import { fakeImageProvider } from "../../support/FakeImageProvider.ts"
import { passVirtually } from "../../contract/World.ts"

const prompt = "a red fox in the snow"
const request = { prompt, image: { quality: "low" } } as const
const locally = `${prompt}, in a fitting setting, natural light, balanced composition`

const illustrate = (options?: Parameters<Illustrator["Service"]["illustrate"]>[1]) =>
  passVirtually(Illustrator.use((it) => it.illustrate(request, options)))

const submits = Effect.map(
  MockHandle.use((it) => it.requests),
  (all) => all.filter((it) => it.operation === "submit")
)

const failing = (fault: FaultKind): SimulationDocument => ({ faults: [{ fault, operation: "chat" }] })

describe("illustrating", () => {
  it.effect("goes on with the local template where enhancing failed, and says so", () =>
    Effect.forEach(
      [
        ["server-error", "ServerFailed"],
        ["unauthorized", "KeyRejected"],
        ["bad-json", "MalformedResponse"]
      ] as const,
      ([fault, reason]) =>
        Effect.gen(function* () {
          const result = yield* illustrate()
          assert.strictEqual(result.enhanced?.prompt, locally)
          assert.deepStrictEqual(result.enhanced?.provenance, { _tag: "Degraded", reason })
          assert.strictEqual(result.generated.provenance._tag, "Live")
          const [paid] = yield* submits
          assert.deepInclude(paid?.body, { prompt: locally })
        }).pipe(Effect.provide(Mock.layerWith(failing(fault))))
    )
  )

  it.effect("goes on with a stale answer rather than with the template", () =>
    Effect.gen(function* () {
      const kept = yield* illustrate()
      yield* TestClock.adjust("25 hours")
      yield* MockHandle.use((it) => it.setScript(failing("server-error")))
      const { enhanced } = yield* illustrate()
      assert.strictEqual(enhanced?.prompt, kept.enhanced?.prompt)
      assert.deepInclude(enhanced?.provenance, { _tag: "Stale", reason: "ServerFailed" })
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("does not enhance an equal prompt twice, and counts no cost and no attempt for the second", () =>
    Effect.gen(function* () {
      yield* illustrate()
      const { attempts, cost, enhanced, generated } = yield* illustrate()
      assert.strictEqual(enhanced?.provenance._tag, "Cached")
      assert.deepStrictEqual([cost, attempts], [generated.cost, generated.attempts])
      assert.strictEqual((yield* submits).length, 2)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect.each([
    ["only `Live`", { accept: ["Live"] }],
    ["no `Degraded`", { accept: ["Live", "Cached", "Stale"] }]
  ] as const)("fails, and pays for no picture, where the caller takes %s", ([, options]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(illustrate(options))
      assert.strictEqual(error.reason._tag, "ServerFailed")
      assert.deepStrictEqual(yield* submits, [])
    }).pipe(Effect.provide(Mock.layerWith(failing("server-error"))))
  )

  it.effect("keeps what the failed enhancement may have cost in the whole cost", () =>
    Effect.gen(function* () {
      const result = yield* illustrate()
      assert.strictEqual(result.enhanced?.provenance._tag, "Degraded")
      assert.isAbove(result.enhanced?.cost.usdMicros ?? 0, 0)
      assert.strictEqual(result.enhanced?.cost.basis, "estimated")
    }).pipe(Effect.provide(Mock.layerWith(failing("lost-answer"))))
  )

  it.effect("pays for no picture of a prompt that the content policy refuses", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(illustrate())
      assert.deepInclude(error, { _tag: "ApiError", reason: { _tag: "ContentRejected" }, isRetryable: false })
      assert.deepStrictEqual(yield* submits, [])
    }).pipe(Effect.provide(Mock.layerWith(failing("content-blocked"))))
  )

  it.effect("pays for no picture when the deadline passes while enhancing", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(illustrate({ deadline: Duration.seconds(2) }))
      assert.strictEqual(error.reason._tag, "TimedOut")
      assert.deepStrictEqual(yield* submits, [])
    }).pipe(Effect.provide(Mock.layerWith(failing("keep-alive-forever"))))
  )

  it.effect("gives the enhancement its own share of the time, and the picture the rest", () =>
    Effect.gen(function* () {
      const result = yield* illustrate()
      assert.deepStrictEqual(result.enhanced?.provenance, { _tag: "Degraded", reason: "TimedOut" })
      assert.isAtMost(Duration.toSeconds(result.elapsed), 60)
      assert.strictEqual((yield* submits).length, 1)
    }).pipe(Effect.provide(Mock.layerWith(failing("keep-alive-forever"))))
  )

  it.effect("pays once for two illustrations with one idempotency key", () =>
    Effect.gen(function* () {
      const idempotencyKey = IdempotencyKey.make("order-9")
      const first = yield* illustrate({ idempotencyKey })
      const second = yield* illustrate({ idempotencyKey })
      assert.strictEqual(second.generated.jobId, first.generated.jobId)
      assert.strictEqual((yield* submits).length, 1)
    }).pipe(Effect.provide(Mock.layer))
  )
})

/** An enhancer that says something else each time, as models do, over a fake image provider. */
const withEnhancer = (enhance: PromptEnhancer["Service"]["enhance"]) => {
  const { asked, layer } = fakeImageProvider({})
  const whole = Layer.effect(Illustrator, MakeIllustrator.make).pipe(
    Layer.provideMerge(Layer.succeed(PromptEnhancer, { enhance, preview: () => Effect.die("nobody looks") })),
    Layer.provideMerge(Layer.effect(DegradedModes, MakeDegradedModes.make)),
    Layer.provideMerge(layer)
  )
  return { asked, layer: whole }
}

const rewritten = (text: string, cost: Cost): Enhancement => ({
  callId: CallId.make("call-of-the-enhancer"),
  prompt: text,
  model: "deepseek-flash",
  provenance: { _tag: "Live" },
  isSimulated: true,
  shortened: false,
  cost,
  attempts: 1
})

const price: Cost = { usdMicros: 100, basis: "measured" }

describe("illustrating again with the same idempotency key", () => {
  const idempotencyKey = IdempotencyKey.make("order-10")
  const makeFickle = () => {
    let count = 0
    const fickle = withEnhancer(() =>
      Effect.delay(
        Effect.sync(() => rewritten(`fox number ${++count}`, price)),
        "1 second"
      )
    )
    return { ...fickle, enhancements: () => count }
  }

  it.effect(
    "joins the job, though a model never rewrites a prompt twice alike, and pays for no second rewriting",
    () => {
      const { asked, enhancements, layer } = makeFickle()
      return Effect.gen(function* () {
        const first = yield* illustrate({ idempotencyKey })
        const second = yield* illustrate({ idempotencyKey })
        assert.strictEqual(second.generated.jobId, first.generated.jobId)
        assert.deepInclude(second.enhanced, { prompt: "fox number 1", cost: noCost, attempts: 0 })
        assert.strictEqual(second.enhanced?.provenance._tag, "Cached")
        assert.strictEqual(enhancements(), 1)
        assert.strictEqual(asked.filter((it) => it === "submit").length, 1)
      }).pipe(Effect.provide(layer))
    }
  )

  it.effect("at the same instant names the prompt that the picture was made from, and keeps both costs", () => {
    const { asked, layer } = makeFickle()
    return Effect.gen(function* () {
      const both = yield* Effect.all([illustrate({ idempotencyKey }), illustrate({ idempotencyKey })], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        both.map((it) => it.enhanced?.prompt),
        ["fox number 1", "fox number 1"]
      )
      assert.deepStrictEqual(
        both.map((it) => it.enhanced?.cost),
        [price, price]
      )
      assert.strictEqual(asked.filter((it) => it === "submit").length, 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("but another request is refused before anything is paid", () => {
    const { enhancements, layer } = makeFickle()
    return Effect.gen(function* () {
      yield* illustrate({ idempotencyKey })
      const error = yield* Effect.flip(
        Illustrator.use((it) => it.illustrate({ prompt: "a blue fox" }, { idempotencyKey }))
      )
      assert.strictEqual(error.reason._tag, "IdempotencyConflict")
      assert.strictEqual(enhancements(), 1)
    }).pipe(Effect.provide(layer))
  })
})

describe("a deadline that has practically passed", () => {
  it.effect("pays for no picture, also where a timer fired a millisecond early", () => {
    const timedOut = new ApiError({
      provider: "deepseek",
      operation: "chat",
      callId: CallId.make("call-of-the-enhancer"),
      attempts: 1,
      outcome: "Unknown",
      reason: { _tag: "TimedOut", phase: "body", limit: Duration.seconds(2) },
      isRetryable: true
    })
    const { asked, layer } = withEnhancer(() => Effect.delay(Effect.fail(timedOut), "1999 millis"))
    return Effect.gen(function* () {
      const error = yield* Effect.flip(illustrate({ deadline: Duration.seconds(2) }))
      assert.strictEqual(error.reason._tag, "TimedOut")
      assert.deepStrictEqual(asked, [])
    }).pipe(Effect.provide(layer))
  })
})

describe("what would refuse the picture", () => {
  const chats = Effect.map(
    MockHandle.use((it) => it.requests),
    (all) => all.filter((it) => it.operation === "chat")
  )

  it.effect("refuses the whole before the enhancement is paid for, by the field's name in an illustration", () =>
    Effect.gen(function* () {
      const wish = Illustrator.use((it) => it.illustrate({ prompt, image: { width: 777 } }, { fit: "exact" }))
      const error = yield* Effect.flip(passVirtually(wish))
      assert.deepInclude(error.reason, { _tag: "InputRejected", field: "image.width" })
      assert.deepStrictEqual(yield* chats, [])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("also when there is no place to put it", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(illustrate())
      assert.deepInclude(error, { _tag: "Rejection", outcome: "NotSent" })
      assert.strictEqual(error.reason._tag, "StorageFailed")
      assert.deepStrictEqual(yield* chats, [])
    }).pipe(Effect.provide(Mock.layerWith({ settings: { imageDirectory: "images\u0000" } })))
  )

  it.effect("later, tells what the enhancement has cost in its error", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(illustrate())
      assert.deepInclude(error, { _tag: "ApiError", reason: { _tag: "InsufficientBalance" } })
      assert.isAbove(error._tag === "ApiError" ? (error.cost?.usdMicros ?? 0) : 0, 0)
    }).pipe(Effect.provide(Mock.layerWith({ faults: [{ fault: "no-balance", operation: "submit" }] })))
  )
})
