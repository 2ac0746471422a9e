import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { withCall } from "../../../src/pipeline/WithCall.ts"
import { throughTime } from "../../support/ThroughTime.ts"

const enhance = (prompt: string) => PromptEnhancer.use((it) => it.enhance({ prompt }))

describe("calls side by side in one call", () => {
  it.effect(
    "share its last attempt: who waited at the door while another took it is refused, and leaves no trace",
    () =>
      Effect.gen(function* () {
        const together = withCall(
          { attemptLimit: 2 },
          () => ({ deadline: Duration.minutes(1), attemptLimit: 9 }),
          () =>
            Effect.forEach(["a fox", "a wolf", "a hare"], (prompt) => Effect.result(enhance(prompt)), {
              concurrency: "unbounded"
            })
        )
        const outcomes = Result.getOrThrow(yield* throughTime(together))
        assert.deepStrictEqual(
          outcomes.map((it) => (Result.isFailure(it) ? it.failure.reason._tag : "Success")),
          ["Success", "Success", "AttemptsExhausted"]
        )
        assert.strictEqual((yield* MockHandle.use((it) => it.requests)).length, 2)
        const { lane, room } = yield* AdmissionControl.useSync((it) => it.door("deepseek", "chat"))
        assert.strictEqual(lane.queue.size, 0)
        assert.strictEqual(room.bulkhead.inUse, 0)
        // Of three requests a window two are used: one more passes without waiting.
        assert.isTrue(Result.isSuccess(yield* throughTime(enhance("a lynx"), 10)))
      }).pipe(
        Effect.provide(
          Mock.layerWith({ settings: { deepseek: { concurrency: 1, rateLimit: { requests: 3, window: 3_600 } } } })
        )
      )
  )
})
