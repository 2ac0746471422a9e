/** The active probe: how often it asks, and what a local fault makes of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as TestClock from "effect/testing/TestClock"
import * as HealthProbe from "../../../layers/health/HealthProbe.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { Health } from "../../../src/health/Health.ts"
import { EventFeed } from "../../../src/telemetry/EventFeed.ts"

const probed = (options: Mock.MockOptions = {}) =>
  Layer.fresh(HealthProbe.layer.pipe(Layer.provideMerge(Mock.layerWith(options))))

/** The instants at which attempts began, as time goes by in steps. */
const attemptsOf = (seconds: number) =>
  Effect.gen(function* () {
    const at: Array<number> = []
    const feed = yield* EventFeed
    yield* feed.listen((event) => {
      if (event._tag === "AttemptStarted") at.push(event.at)
    })
    for (let second = 0; second < seconds; second++) yield* TestClock.adjust("1 second")
    return at
  })

const status = Effect.map(
  Health.use((it) => it.report),
  ({ providers }) => `${providers[0]?.status} ${providers[0]?.reason}`
)

describe("the probe", () => {
  it.effect("asks at most once a minute, not in step, and makes a provider healthy that nobody calls", () =>
    Effect.gen(function* () {
      const at = yield* attemptsOf(900)
      const gaps = at.slice(1).map((it, index) => it - (at[index] ?? 0))
      assert.isAtLeast(at.length, 10)
      for (const gap of gaps) assert.isAtLeast(gap, 60_000)
      for (const gap of gaps) assert.isAtMost(gap, 150_000)
      assert.isAbove(new Set(gaps).size, 3)
      assert.strictEqual(yield* status, "Healthy Answers")
    }).pipe(Effect.scoped, Effect.provide(probed()), Random.withSeed("probe"))
  )

  it.effect("finds out that nobody answers, and keeps to its own door", () =>
    Effect.gen(function* () {
      yield* attemptsOf(700)
      const { degradedModes, providers } = yield* Health.use((it) => it.report)
      assert.include(["Down", "Degraded"], providers[0]?.status)
      assert.deepStrictEqual(degradedModes, [])
    }).pipe(Effect.scoped, Effect.provide(probed({ scenario: "down" })), Random.withSeed("probe"))
  )

  it.effect("is not made without its layer", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* attemptsOf(300), [])
    }).pipe(Effect.scoped, Effect.provide(Layer.fresh(Mock.layer)))
  )
})
