import { assert, describe, it } from "@effect/vitest"
import { ProviderJobId } from "../../../schemas/Identifiers.ts"
import type { JobState } from "../../../schemas/Job.ts"
import type { DeadLetter } from "../../../schemas/DeadLetter.ts"
import { type RetryWord, retryRefusal } from "../../../src/dead-letter/RetryRule.ts"
import { failureOf, letterOf } from "../../layers/dead-letter/SampleLetters.ts"

const { request } = letterOf("call_1")
const waiting = { _tag: "Waiting" } as const
const unknown = failureOf({ reason: { _tag: "OutcomeUnknown" }, outcome: "Unknown" })
const price = {
  lowest: { usdMicros: 20_000, basis: "measured" },
  highest: { usdMicros: 40_000, basis: "measured" }
} as const
const priceless = { ...price, highest: { usdMicros: null, basis: "unknown" } } as const
const confirmed: RetryWord = { force: true, confirmedUsdMicros: 40_000 }
const providerJobId = ProviderJobId.make("p")
const image = { path: "x", sha256: "x", bytes: 1, width: 1, height: 1, format: "png" } as const

const problemOf = (
  letter: Partial<Pick<DeadLetter, "request" | "state" | "failure" | "kind">> = {},
  job?: JobState,
  word: RetryWord = {}
) => {
  const whole = { request, state: waiting, failure: failureOf(), kind: "Image", ...letter } as const
  return retryRefusal(whole, job, word, price)?.problem
}

describe("a retry by a person", () => {
  it("is made of what was surely not paid", () => {
    assert.isUndefined(problemOf())
    assert.isUndefined(problemOf({}, { _tag: "Failed", reason: { _tag: "ServerFailed", status: 500 } }))
    assert.isUndefined(problemOf({}, { _tag: "Cancelled" }))
    assert.isUndefined(problemOf({ failure: unknown }, { _tag: "Expired" }))
  })

  it("is refused of an unknown outcome, unless it is forced with the price confirmed", () => {
    const job = { _tag: "OutcomeUnknown", since: 0 } as const
    for (const place of [job, undefined]) {
      const letter = { failure: unknown }
      assert.strictEqual(problemOf(letter, place), "OutcomeUnknown")
      assert.strictEqual(problemOf(letter, place, { confirmedUsdMicros: 40_000 }), "OutcomeUnknown")
      assert.strictEqual(problemOf(letter, place, { force: true }), "PriceNotConfirmed")
      for (const confirmedUsdMicros of [39_999, 0, undefined]) {
        assert.strictEqual(
          problemOf(letter, place, {
            force: true,
            ...(confirmedUsdMicros === undefined ? {} : { confirmedUsdMicros })
          }),
          "PriceNotConfirmed"
        )
      }
      assert.isUndefined(problemOf(letter, place, confirmed))
    }
  })

  it("names the price that has to be confirmed, and none can be where there is none", () => {
    const letter = { request, state: waiting, failure: unknown, kind: "Image" } as const
    assert.deepStrictEqual(retryRefusal(letter, undefined, {}, price), {
      _tag: "RetryRefused",
      problem: "OutcomeUnknown",
      priceUsdMicros: 40_000
    })
    assert.deepStrictEqual(retryRefusal(letter, undefined, confirmed, priceless), {
      _tag: "RetryRefused",
      problem: "PriceNotConfirmed",
      priceUsdMicros: null
    })
  })

  it("needs no force for text, nor for a picture whose text failed: nothing was bought", () => {
    const timedOut = failureOf({ provider: "deepseek", operation: "chat", outcome: "Unknown" })
    assert.isUndefined(problemOf({ kind: "Enhancement", failure: timedOut }))
    assert.isUndefined(problemOf({ kind: "Illustration", failure: timedOut }))
  })

  it("is refused, also by force, where the picture is there or may still come", () => {
    const states: ReadonlyArray<readonly [JobState, string]> = [
      [{ _tag: "Queued" }, "JobLivesOn"],
      [{ _tag: "Submitting", attempt: 1 }, "JobLivesOn"],
      [{ _tag: "Submitted", providerJobId, submittedAt: 0 }, "JobLivesOn"],
      [{ _tag: "Running", providerJobId, submittedAt: 0 }, "JobLivesOn"],
      [{ _tag: "Stored", providerJobId, image }, "PictureStored"]
    ]
    for (const [state, problem] of states) {
      assert.strictEqual(problemOf({ failure: unknown }, state), problem)
      assert.strictEqual(problemOf({ failure: unknown }, state, confirmed), problem)
    }
  })

  it("asks for the prompt where it was omitted, and for nothing where nothing is left of the request", () => {
    const omitted = { _tag: "Image", request: {} } as const
    assert.strictEqual(problemOf({ request: omitted }), "PromptMissing")
    assert.isUndefined(problemOf({ request: omitted }, undefined, { prompt: "a red fox" }))
    const letter = { state: waiting, failure: failureOf(), kind: "Image" } as const
    assert.strictEqual(retryRefusal(letter, undefined, { prompt: "a red fox" }, price)?.problem, "RequestMissing")
  })

  it("is made once with success, and not of what was discarded", () => {
    const { callId } = letterOf("call_2")
    assert.strictEqual(problemOf({ state: { _tag: "Rescued", callId, at: 1 } }, undefined, confirmed), "AlreadyRescued")
    assert.strictEqual(problemOf({ state: { _tag: "Discarded", at: 1 } }, undefined, confirmed), "Discarded")
  })
})
