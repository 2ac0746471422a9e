import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { decideRetry, hintCeiling } from "../../../../src/policy/retry/DecideRetry.ts"

const decided = (delay: number, hint: number | undefined, remaining: number) =>
  decideRetry({
    delay: Duration.millis(delay),
    hint: hint === undefined ? undefined : Duration.millis(hint),
    remaining: Duration.millis(remaining)
  })

describe("whether a retry fits the call", () => {
  it("is up to the delay where there is no hint, and a delay up to the deadline does not fit", () => {
    assert.deepStrictEqual(decided(99, undefined, 100), { _tag: "Retry", delay: Duration.millis(99) })
    assert.deepStrictEqual(decided(100, undefined, 100), { _tag: "Stop", stoppedBy: "DeadlineExceeded" })
  })

  it("tells a hint that does not fit from a delay after it that does not", () => {
    assert.deepStrictEqual(decided(150, 100, 100), { _tag: "Stop", stoppedBy: "HintBeyondDeadline" })
    assert.deepStrictEqual(decided(100, 99, 100), { _tag: "Stop", stoppedBy: "DeadlineExceeded" })
  })

  it("follows a hint of an hour, and none that is longer", () => {
    const hour = Duration.toMillis(hintCeiling)
    assert.strictEqual(hour, 3_600_000)
    assert.strictEqual(decided(hour, hour, 1e9)._tag, "Retry")
    assert.deepStrictEqual(decided(hour + 1, hour + 1, 1e9), { _tag: "Stop", stoppedBy: "HintBeyondDeadline" })
  })
})
