/** Whoever knows `AiError` alone must hear what our own failures say: whether to try again, and when. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as AiError from "effect/ai/AiError"
import { inspect } from "node:util"
import { aiFailure } from "../../../layers/language-model/AiFailure.ts"
import { ApiError, type CallFailure, Rejection } from "../../../schemas/Failures.ts"
import { CallId } from "../../../schemas/Identifiers.ts"
import { ApiReason, reasonTags, RejectionReason } from "../../../schemas/Reason.ts"
import { recover } from "../../../src/policy/recovery/Recovery.ts"
import { isRejectionRetryable } from "../../../src/policy/recovery/RejectionTable.ts"

const callId = CallId.make("call-1")
const hints = [undefined, Duration.millis(90_500)]

const sample = <S extends Schema.Constraint>(schema: S): S["Type"] => {
  const [value] = Effect.runSync(Arbitrary.sampleEffect(Arbitrary.schema(schema), { count: 1, seed: 1 }))
  return value ?? assert.fail("there is no sample")
}

/** Every failure there can be of a chat: each reason, tried and refused, with a hint and without. */
const failures: ReadonlyArray<CallFailure> = hints.flatMap((retryAfter) => {
  const hint = retryAfter === undefined ? {} : { retryAfter }
  return [
    ...ApiReason.members.flatMap((member) =>
      (["NotSent", "Refused", "Done", "Unknown"] as const).map((outcome) => {
        const reason = sample(member)
        const { isRetryable } = recover(reason, "metered", outcome)
        return new ApiError({
          provider: "deepseek",
          operation: "chat",
          callId,
          attempts: 2,
          outcome,
          reason,
          isRetryable,
          cost: { usdMicros: 120, basis: "estimated" },
          ...hint
        })
      })
    ),
    ...RejectionReason.members.map((member) => {
      const reason = sample(member)
      return new Rejection({ reason, callId, isRetryable: isRejectionRetryable(reason), ...hint })
    }),
    ...[true, false].map(
      (isRetryable) =>
        new Rejection({ reason: { _tag: "BudgetExhausted", budget: "day" }, callId, isRetryable, ...hint })
    )
  ]
})

describe("a failure as an AiError", () => {
  it("is tried of every reason", () => {
    const tried = new Set(failures.map((it) => it.reason._tag))
    assert.deepStrictEqual([...tried].toSorted(), [...reasonTags].toSorted())
  })

  for (const failure of failures) {
    const when = failure.retryAfter === undefined ? "" : ", with a hint"
    it(`says what ours says: ${failure._tag} ${failure.reason._tag} ${failure.outcome} ${failure.isRetryable}${when}`, () => {
      const error = aiFailure(failure, "streamText")
      assert.strictEqual(error.isRetryable, failure.isRetryable)
      assert.deepStrictEqual(error.retryAfter, failure.retryAfter)
      const { reason } = error
      const told = "metadata" in reason ? reason.metadata["deepseek"] : undefined
      assert.deepInclude(told, {
        callId,
        reason: failure.reason._tag,
        outcome: failure.outcome,
        isRetryable: failure.isRetryable
      })
      assert.deepStrictEqual(
        (told as { retryAfterMillis?: number } | undefined)?.retryAfterMillis,
        failure.retryAfterMillis
      )
      assert.doesNotThrow(() => Schema.encodeSync(AiError.AiError)(error))
      assert.doesNotThrow(() => JSON.stringify(error) + inspect(error))
    })
  }

  it("tells what failed attempts have cost, typed", () => {
    const failure = failures.find((it) => it.reason._tag === "ServerFailed")
    const { reason } = aiFailure(failure ?? assert.fail("there is none"), "generateText")
    assert.strictEqual(reason._tag, "InternalProviderError")
    if (reason._tag !== "InternalProviderError") return
    assert.deepStrictEqual(reason.metadata.deepseek?.cost, { usdMicros: 120, basis: "estimated" })
    assert.strictEqual(reason.metadata.deepseek?.attempts, 2)
  })
})
