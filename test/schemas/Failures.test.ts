/** Failures and events cross process boundaries: whatever is written as JSON is read back, and means the same. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { CallEvent } from "../../schemas/CallEvent.ts"
import { ApiError, AttemptFailed, Rejection } from "../../schemas/Failures.ts"

const throughJson = <A, E extends Schema.Json>(codec: Schema.Codec<A, E>, value: A): A => {
  const encode = Schema.encodeSync(codec)
  const text = JSON.stringify(encode(value))
  const back = Schema.decodeUnknownSync(codec)(JSON.parse(text))
  assert.strictEqual(JSON.stringify(encode(back)), text)
  return back
}

const attemptCodec = Schema.toCodecJson(AttemptFailed)
const apiErrorCodec = Schema.toCodecJson(ApiError)
const rejectionCodec = Schema.toCodecJson(Rejection)
const eventCodec = Schema.toCodecJson(CallEvent)

describe("through JSON", () => {
  it.prop("a failed attempt stays what it was", [AttemptFailed], ([failure]) => {
    const back = throughJson(attemptCodec, failure)
    assert.instanceOf(back, AttemptFailed)
    assert.strictEqual(back.message, failure.message)
  })

  it.prop("an error keeps its category and its advice", [ApiError], ([error]) => {
    const back = throughJson(apiErrorCodec, error)
    assert.instanceOf(back, ApiError)
    assert.deepStrictEqual(
      [back.category, back.isRetryable, back.outcome],
      [error.category, error.isRetryable, error.outcome]
    )
  })

  it.prop("a rejection keeps its category and its advice", [Rejection], ([rejection]) => {
    const back = throughJson(rejectionCodec, rejection)
    assert.instanceOf(back, Rejection)
    assert.deepStrictEqual(
      [back.category, back.isRetryable, back.outcome],
      [rejection.category, rejection.isRetryable, "NotSent"]
    )
  })

  it.prop("an event stays what it was", [CallEvent], ([event]) => {
    assert.strictEqual(throughJson(eventCodec, event)._tag, event._tag)
  })
})
