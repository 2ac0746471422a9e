import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../mock-layers/Mock.ts"
import { Owner } from "../../schemas/Identifiers.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { begin, countOf, passing, play } from "./TrapWorld.ts"

const enhance = (options: Parameters<PromptEnhancer["Service"]["enhance"]>[1] = {}) =>
  PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }, { deadline: Duration.minutes(30), ...options }))

const together = (count: number) => Effect.forEach(Array.from({ length: count }), () => begin(enhance()))

type Begun = Effect.Success<ReturnType<typeof together>>

/** The different ends that calls came to. */
const provenances = (calls: Begun) =>
  Effect.map(Effect.forEach(calls, Fiber.join), (ends) => [
    ...new Set(ends.map((it) => (it._tag === "Success" ? it.success.provenance._tag : it.failure._tag)))
  ])

describe("a hundred equal calls", () => {
  it.effect("at the instant at which an answer expires are one request", () =>
    Effect.gen(function* () {
      yield* passing(enhance())
      yield* TestClock.adjust("25 hours")
      const calls = yield* together(100)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* provenances(calls), ["Live"])
      assert.strictEqual(yield* countOf("chat"), 2)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("are one request although each of the first fifty leaves, the one who began it first of all", () =>
    Effect.gen(function* () {
      const calls = yield* together(100)
      for (const call of calls.slice(0, 50)) yield* Fiber.interrupt(call)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* provenances(calls.slice(50)), ["Live"])
      assert.strictEqual(yield* countOf("chat"), 1)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("of which the request fails are that one request and its retries, and the next call asks anew", () =>
    Effect.gen(function* () {
      yield* play({ faults: [{ fault: "unavailable", operation: "chat" }] })
      const calls = yield* together(100)
      yield* TestClock.adjust("20 minutes")
      assert.deepStrictEqual(yield* provenances(calls), ["ApiError"])
      assert.strictEqual(yield* countOf("chat"), 4)
      yield* play({ faults: [] })
      assert.strictEqual((yield* passing(enhance())).provenance._tag, "Live")
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("an answer that is kept", () => {
  it.effect("is no other tenant's and no other model's", () =>
    Effect.gen(function* () {
      const settings = yield* LiveSettings
      assert.strictEqual((yield* passing(enhance())).provenance._tag, "Live")
      assert.strictEqual((yield* passing(enhance({ owner: Owner.make("another") }))).provenance._tag, "Live")
      assert.strictEqual((yield* passing(enhance())).provenance._tag, "Cached")
      yield* settings.update({ deepseek: { model: "deepseek-reasoner" } })
      assert.strictEqual((yield* passing(enhance())).provenance._tag, "Live")
      assert.strictEqual(yield* countOf("chat"), 3)
    }).pipe(Effect.provide(Mock.layer))
  )

  for (const fault of [
    "content-blocked",
    "truncated-body",
    "empty-content",
    "bad-json",
    "late-error",
    "interrupted"
  ] as const) {
    it.effect(`is never one that was no whole answer: ${fault}`, () =>
      Effect.gen(function* () {
        yield* play({ faults: [{ fault, operation: "chat" }] })
        yield* passing(Effect.exit(enhance({ accept: ["Live", "Cached", "Stale", "Degraded"] })), "30 minutes")
        const asked = yield* countOf("chat")
        yield* play({ faults: [] })
        assert.strictEqual(
          (yield* passing(enhance({ accept: ["Live", "Cached", "Stale", "Degraded"] }))).provenance._tag,
          "Live"
        )
        assert.strictEqual(yield* countOf("chat"), asked + 1)
      }).pipe(Effect.provide(Mock.layerWith({ settings: { deepseek: { rateLimit: [] } } })))
    )
  }

  it.effect("is not replaced by what stood in for a new one", () =>
    Effect.gen(function* () {
      const kept = yield* passing(enhance())
      yield* play({ faults: [{ fault: "unauthorized", operation: "chat" }] })
      const all = { accept: ["Live", "Cached", "Stale", "Degraded"] } as const
      const degraded = yield* passing(enhance({ ...all, cache: "bypass" }))
      assert.strictEqual(degraded.provenance._tag, "Degraded")
      const again = yield* passing(enhance(all))
      assert.deepStrictEqual([again.provenance._tag, again.prompt], ["Cached", kept.prompt])
      yield* TestClock.adjust("25 hours")
      const stale = yield* passing(enhance(all))
      assert.deepStrictEqual([stale.provenance._tag, stale.prompt], ["Stale", kept.prompt])
      yield* play({ faults: [] })
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* passing(enhance(all))).provenance._tag, "Live")
    }).pipe(Effect.provide(Mock.layer))
  )
})
