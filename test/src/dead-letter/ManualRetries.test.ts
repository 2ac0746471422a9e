/** Failed calls from the outside: what is kept of them, and what a retry does, over the simulated providers. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { defaultOwner, IdempotencyKey, type LetterId, Owner } from "../../../schemas/Identifiers.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import type { CallFailure } from "../../../schemas/Failures.ts"
import { isKept } from "../../../src/dead-letter/KeptFailures.ts"
import { DeadLetters } from "../../../src/dead-letter/DeadLetters.ts"
import { ManualRetries } from "../../../src/dead-letter/ManualRetries.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { Illustrator } from "../../../src/illustration/Illustrator.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { CallEvents } from "../../../src/telemetry/CallEvents.ts"
import { CallStatistics } from "../../../src/telemetry/CallStatistics.ts"
import { throughTime } from "../../support/ThroughTime.ts"

const through = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.flatMap(throughTime(effect, 300), Effect.fromResult)

const unavailable = (times: number) => ({ fault: "unavailable", operation: "chat", times }) as const

const letters = DeadLetters.use((it) => it.list(defaultOwner))
const theLetter = Effect.flatMap(letters, ([letter, ...others]) =>
  letter === undefined || others.length > 0 ? Effect.die(new Error(`${others.length} letters`)) : Effect.succeed(letter)
)
const enhance = (prompt = "a red fox") => PromptEnhancer.use((it) => it.enhance({ prompt, mode: "precise" }))
const generate = (options = {}) => ImageGenerator.use((it) => it.generate({ prompt: "a red fox" }, options))
const illustrate = Illustrator.use((it) => it.illustrate({ prompt: "a red fox", image: { quality: "low" } }))
const retry = (id: LetterId, options = {}) => ManualRetries.use((it) => it.retry(id, options))
const charged = MockHandle.use((it) => it.totals).pipe(Effect.map(({ acceptedSubmits }) => acceptedSubmits))

/** One chat that fails, and is not asked again by itself. */
const failingOnce = { settings: { deepseek: { retryLimit: 0 } }, faults: [unavailable(1)] } as const

const priced = { nanobanana: { priceUpperBound: 40_000 } } as const

describe("a failed call", () => {
  it.effect("is kept with its attempts, what it asked for and what it has cost", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(through(enhance()))
      const letter = yield* theLetter
      assert.deepStrictEqual(
        [letter.callId, letter.kind, letter.state, letter.owner],
        [failure.callId, "Enhancement", { _tag: "Waiting" }, defaultOwner]
      )
      assert.deepStrictEqual(letter.request, {
        _tag: "Enhancement",
        request: { prompt: "a red fox", mode: "precise" }
      })
      assert.strictEqual(letter.failure.attempts, 4)
      assert.deepStrictEqual(
        letter.history.map(({ attempt, operation, reason }) => [attempt, operation, reason]),
        [1, 2, 3, 4].map((attempt) => [attempt, "chat", "ServiceUnavailable"])
      )
      const times = letter.history.map(({ at }) => at)
      assert.deepStrictEqual(
        times,
        times.toSorted((left, right) => left - right)
      )
    }).pipe(Effect.provide(Mock.layerWith({ faults: [unavailable(4)] })))
  )

  it.effect("is not kept where the request is wrong, where it was refused for now, and where it went well", () =>
    Effect.gen(function* () {
      yield* Effect.flip(enhance(""))
      yield* through(enhance())
      yield* through(enhance("another fox"))
      yield* Effect.flip(
        PromptEnhancer.use((it) => it.enhance({ prompt: "a third" }, { deadline: Duration.seconds(1) }))
      )
      yield* Effect.flip(ImageGenerator.use((it) => it.status("none" as never)))
      assert.deepStrictEqual(yield* letters, [])
    }).pipe(Effect.provide(Mock.layerWith({ settings: { deepseek: { rateLimit: { requests: 2, window: 3_600 } } } })))
  )

  it.effect("is kept once where it was nested in another, as what the outer one asked for", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(through(illustrate))
      const letter = yield* theLetter
      assert.deepStrictEqual([letter.callId, letter.kind], [failure.callId, "Illustration"])
      assert.strictEqual(letter.failure.reason._tag, "ContentRejected")
    }).pipe(Effect.provide(Mock.layerWith({ scenario: "content-blocked" })))
  )

  it.effect("is not kept where its caller has left", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(enhance(), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* letters, [])
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("a job that fails after its call has ended", () => {
  it.effect("is kept as the call that made it, by whoever waits for it, once", () =>
    Effect.gen(function* () {
      const generator = yield* ImageGenerator
      const job = yield* generator.submit({ prompt: "a red fox", parameters: { quality: "low" } }, { priority: "low" })
      yield* Effect.flip(through(generator.resume(job.id)))
      yield* Effect.flip(through(generator.await(job.id)))
      const letter = yield* theLetter
      assert.deepStrictEqual([letter.callId, letter.failure.jobId, letter.kind], [job.callId, job.id, "Image"])
      assert.deepStrictEqual(letter.request?.request, { prompt: "a red fox", parameters: { quality: "low" } })
      assert.deepStrictEqual(letter.options, { priority: "low", fit: "nearest" })
    }).pipe(Effect.provide(Mock.layerWith({ scenario: "job-fails" })))
  )

  it.effect("is no failure while it is on its way", () =>
    Effect.gen(function* () {
      const generator = yield* ImageGenerator
      const job = yield* generator.submit({ prompt: "a red fox" })
      yield* Effect.flip(through(generator.await(job.id, { deadline: Duration.seconds(30) })))
      assert.deepStrictEqual(yield* letters, [])
    }).pipe(Effect.provide(Mock.layerWith({ scenario: "stuck-job" })))
  )
})

describe("of many calls at once, under a provider that fails at random", () => {
  it.effect("each that failed has one letter, and nobody else has one", () =>
    Effect.gen(function* () {
      const calls = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? enhance(`fox ${index}`) : generate()))
      const results = yield* through(
        Effect.forEach(calls, (call) => Effect.result<unknown, CallFailure, ImageGenerator | PromptEnhancer>(call), {
          concurrency: "unbounded"
        })
      )
      const failures = results.flatMap((it) => (it._tag === "Failure" && isKept(it.failure) ? [it.failure] : []))
      assert.isAtLeast(failures.length, 5)
      assert.isBelow(failures.length, 40)
      const kept = (yield* letters).map(({ callId }) => callId).toSorted()
      assert.deepStrictEqual(kept, failures.map(({ callId }) => callId).toSorted())
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          seed: 5,
          failureRate: 0.4,
          settings: { deepseek: { retryLimit: 1, concurrency: 50 }, nanobanana: { retryLimit: 0, concurrency: 50 } }
        })
      )
    )
  )
})

describe("a retry of a failed call", () => {
  it.effect("is a call of its own that rescues the letter, once", () =>
    Effect.gen(function* () {
      yield* Effect.flip(through(enhance()))
      const { callId, id } = yield* theLetter
      const told: Array<CallEvent> = []
      const rescued = yield* through(retry(id)).pipe(
        Effect.provideService(CallEvents, (event) => {
          if (event._tag === "RetriedByHand") told.push(event)
        })
      )
      assert.deepStrictEqual(
        told.map((it) => it._tag === "RetriedByHand" && [it.callId, it.retryOf, it.letterId]),
        [[rescued.result.callId, callId, id]]
      )
      assert.strictEqual(rescued._tag === "Enhancement" && rescued.result.provenance._tag, "Live")
      const { state } = yield* theLetter
      assert.strictEqual(state._tag === "Rescued" && state.callId, rescued.result.callId)
      assert.notStrictEqual(rescued.result.callId, callId)
      const again = yield* Effect.flip(retry(id))
      assert.deepStrictEqual(again.reason, { _tag: "RetryRefused", problem: "AlreadyRescued" })
      assert.deepStrictEqual(yield* CallStatistics.useSync((it) => ({ ...it.manualRetries })), {
        begun: 1,
        rescued: 1,
        givenUp: 0
      })
    }).pipe(Effect.provide(Mock.layerWith(failingOnce)))
  )

  it.effect("that fails again is written on the same letter, which waits on", () =>
    Effect.gen(function* () {
      yield* Effect.flip(through(enhance()))
      const { id } = yield* theLetter
      const failure = yield* Effect.flip(through(retry(id)))
      const letter = yield* theLetter
      assert.strictEqual(letter.state._tag, "Waiting")
      assert.deepStrictEqual(
        letter.retries.map(({ callId, reason }) => [callId, reason]),
        [[failure.callId, "ServiceUnavailable"]]
      )
      assert.strictEqual(letter.history.length, 2)
      yield* through(retry(id))
      assert.strictEqual((yield* theLetter).state._tag, "Rescued")
      assert.deepStrictEqual(yield* CallStatistics.useSync((it) => ({ ...it.manualRetries })), {
        begun: 2,
        rescued: 1,
        givenUp: 1
      })
    }).pipe(Effect.provide(Mock.layerWith({ ...failingOnce, faults: [unavailable(2)] })))
  )

  it.effect("of a picture pays once, under the key of the caller that the failed job left free", () =>
    Effect.gen(function* () {
      const idempotencyKey = IdempotencyKey.make("order-7")
      yield* Effect.flip(through(generate({ idempotencyKey })))
      const { id } = yield* theLetter
      const quote = yield* ManualRetries.use((it) => it.quote(id))
      assert.deepStrictEqual(quote.price, {
        lowest: { usdMicros: 0, basis: "estimated" },
        highest: { usdMicros: 40_000, basis: "estimated" }
      })
      const { result } = yield* through(retry(id))
      const later = yield* through(generate({ idempotencyKey }))
      assert.strictEqual("jobId" in result && result.jobId, later.jobId)
      assert.strictEqual(yield* charged, 1)
    }).pipe(
      Effect.provide(
        Mock.layerWith({ settings: priced, faults: [{ fault: "no-balance", operation: "submit", times: 1 }] })
      )
    )
  )

  it.effect("of an illustration makes both parts, for the price of both, and pays for the picture once", () =>
    Effect.gen(function* () {
      yield* Effect.flip(through(illustrate))
      const { failure, id, kind } = yield* theLetter
      assert.deepStrictEqual([kind, failure.reason._tag], ["Illustration", "InsufficientBalance"])
      const { price } = yield* ManualRetries.use((it) => it.quote(id))
      assert.isAtLeast(price?.highest.usdMicros ?? 0, 40_000)
      const retried = yield* through(retry(id))
      assert.strictEqual(retried._tag === "Illustration" && retried.result.prompt, "a red fox")
      assert.strictEqual(retried.letter.state._tag === "Rescued" && retried.letter.state.callId, retried.result.callId)
      assert.strictEqual(yield* charged, 1)
    }).pipe(
      Effect.provide(
        Mock.layerWith({ settings: priced, faults: [{ fault: "no-balance", operation: "submit", times: 1 }] })
      )
    )
  )

  it.effect("of an unknown outcome is refused, unless it is forced with the price confirmed", () =>
    Effect.gen(function* () {
      yield* Effect.flip(through(generate()))
      const { failure, id } = yield* theLetter
      assert.strictEqual(failure.outcome, "Unknown")
      const before = yield* charged
      const reasonOf = (options: object) => Effect.map(Effect.flip(retry(id, options)), ({ reason }) => reason)
      const priceUsdMicros = 40_000
      assert.deepStrictEqual(yield* reasonOf({}), { _tag: "RetryRefused", problem: "OutcomeUnknown", priceUsdMicros })
      assert.deepStrictEqual(yield* reasonOf({ force: true, confirmedUsdMicros: 1 }), {
        _tag: "RetryRefused",
        problem: "PriceNotConfirmed",
        priceUsdMicros
      })
      assert.strictEqual(yield* charged, before)
      yield* through(retry(id, { force: true, confirmedUsdMicros: priceUsdMicros }))
      assert.strictEqual(yield* charged, before + 1)
      assert.strictEqual((yield* theLetter).state._tag, "Rescued")
    }).pipe(
      Effect.provide(Mock.layerWith({ settings: priced, faults: [{ fault: "reset", operation: "submit", times: 1 }] }))
    )
  )

  it.effect("of a letter without its prompt asks for it", () =>
    Effect.gen(function* () {
      yield* Effect.flip(through(enhance()))
      const { id, request } = yield* theLetter
      assert.isUndefined(request?.request.prompt)
      assert.deepStrictEqual((yield* Effect.flip(retry(id))).reason, { _tag: "RetryRefused", problem: "PromptMissing" })
      const { result } = yield* through(retry(id, { prompt: "a red fox" }))
      assert.isDefined(result)
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          ...failingOnce,
          settings: { ...failingOnce.settings, deadLetterPrompts: "omitted" }
        })
      )
    )
  )

  it.effect("of another owner's letter finds nothing", () =>
    Effect.gen(function* () {
      yield* Effect.flip(through(enhance()))
      const { id } = yield* theLetter
      const failure = yield* Effect.flip(retry(id, { owner: Owner.make("stranger") }))
      assert.deepStrictEqual(failure.reason, { _tag: "LetterNotFound" })
    }).pipe(Effect.provide(Mock.layerWith({ scenario: "no-balance" })))
  )

  it.effect("that is cut off and made again joins the job of the first try", () =>
    Effect.gen(function* () {
      yield* Effect.flip(through(generate()))
      const { id } = yield* theLetter
      const fiber = yield* Effect.forkChild(retry(id), { startImmediately: true })
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      assert.strictEqual((yield* theLetter).state._tag, "Waiting")
      yield* through(retry(id))
      assert.strictEqual(yield* charged, 1)
    }).pipe(Effect.provide(Mock.layerWith({ faults: [{ fault: "no-balance", operation: "submit", times: 1 }] })))
  )
})
