import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { AttemptFailed } from "../../../schemas/Failures.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { decideRetry } from "../../../src/policy/retry/DecideRetry.ts"
import { type RetryOptions, retrySchedule } from "../../../src/policy/retry/RetrySchedule.ts"

const failed = (reason: ApiReason) =>
  new AttemptFailed({ provider: "deepseek", operation: "chat", reason, outcome: "Refused" })

const options: RetryOptions = {
  payment: "metered",
  retryLimit: 6,
  backoffBase: Duration.millis(500),
  backoffCap: Duration.seconds(4)
}

const delaysOf = (reason: ApiReason, own: RetryOptions = options) =>
  Effect.gen(function* () {
    const step = yield* Schedule.toStep(retrySchedule(own))
    const delays: Array<number> = []
    for (let attempt = 1; attempt <= 12; attempt++) {
      const next = yield* Effect.option(step(0, failed(reason)))
      if (next._tag === "None") break
      delays.push(Duration.toMillis(next.value[1]))
    }
    return delays
  })

const unavailable: ApiReason = { _tag: "ServiceUnavailable", status: 503 }
const Millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200_000_000 }))

describe("the retry schedule", () => {
  it.effect.prop(
    "keeps each delay between nothing and the capped exponential",
    { seed: Arbitrary.schema(Schema.Int) },
    ({ seed }) =>
      Effect.gen(function* () {
        const delays = yield* delaysOf(unavailable)
        assert.strictEqual(delays.length, 6)
        for (const [index, delay] of delays.entries()) {
          assert.isAtLeast(delay, 0)
          assert.isAtMost(delay, Math.min(4000, 500 * 2 ** index))
        }
      }).pipe(Random.withSeed(seed))
  )

  it.effect("spreads over the whole interval, not around one instant", () =>
    Effect.gen(function* () {
      const firsts: Array<number> = []
      for (let seed = 0; seed < 200; seed++) {
        const [first] = yield* Random.withSeed(delaysOf(unavailable), seed)
        firsts.push((first ?? 0) / 500)
      }
      for (const quarter of [0, 0.25, 0.5, 0.75]) {
        assert.isAbove(firsts.filter((ratio) => ratio >= quarter && ratio < quarter + 0.25).length, 20)
      }
    })
  )

  it.effect("replays the same delays from the same seed", () =>
    Effect.gen(function* () {
      const once = yield* Random.withSeed(delaysOf(unavailable), 7)
      assert.deepStrictEqual(yield* Random.withSeed(delaysOf(unavailable), 7), once)
    })
  )

  it.effect("waits at least for the provider's hint and spreads after it", () =>
    Effect.gen(function* () {
      const hinted: ApiReason = { _tag: "RateLimited", retryAfter: Duration.seconds(9) }
      const firsts = new Set<number>()
      for (let seed = 0; seed < 20; seed++) {
        const [first] = yield* Random.withSeed(delaysOf(hinted), seed)
        assert.isAtLeast(first ?? 0, 9000)
        assert.isAtMost(first ?? 0, 9500)
        firsts.add(first ?? 0)
      }
      assert.isAbove(firsts.size, 15)
    })
  )

  it.effect("never retries what the table does not retry, nor beyond the limit", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* delaysOf({ _tag: "KeyRejected" }), [])
      assert.deepStrictEqual(yield* delaysOf(unavailable, { ...options, retryLimit: 0 }), [])
      assert.strictEqual((yield* delaysOf(unavailable, { ...options, retryLimit: 2 })).length, 2)
    })
  )
})

describe("the decision on a retry", () => {
  it.prop(
    "never begins at or after the deadline, and never before the hint",
    {
      delay: Arbitrary.schema(Millis),
      hint: Arbitrary.schema(Schema.UndefinedOr(Millis)),
      left: Arbitrary.schema(Millis)
    },
    ({ delay, hint, left }) => {
      const total = delay + (hint ?? 0)
      const decision = decideRetry({
        delay: Duration.millis(total),
        hint: hint === undefined ? undefined : Duration.millis(hint),
        remaining: Duration.millis(left)
      })
      if (decision._tag === "Retry") {
        assert.isBelow(Duration.toMillis(decision.delay), left)
        assert.isAtLeast(Duration.toMillis(decision.delay), hint ?? 0)
      } else {
        assert.isTrue(total >= left || (hint ?? 0) > 3_600_000)
      }
    }
  )

  it("ends the call at once on a hint that is a day away, however long the call may take", () => {
    const decision = decideRetry({
      delay: Duration.days(1),
      hint: Duration.days(1),
      remaining: Duration.days(2)
    })
    assert.deepStrictEqual(decision, { _tag: "Stop", stoppedBy: "HintBeyondDeadline" })
  })
})
