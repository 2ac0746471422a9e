/**
 * Failed calls over HTTP: seen by their owner, and made again with a word on the price where that is asked for.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { FailureDetail, FailurePage, RetryAnswer } from "../../../schemas/http-face/FailuresGroup.ts"
import type { ProblemDocument } from "../../../schemas/http-face/Problem.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import { type Ask, as, asked, askedInTime, makeFace, namedAccess, post } from "./Face.ts"

const theFailure = (ask: Ask, owner = "ada") =>
  Effect.gen(function* () {
    const { json } = yield* asked<FailurePage>(ask, "/v1/failures", { headers: as(owner) })
    const id = json.failures[0]?.id
    assert.isDefined(id)
    return (yield* asked<FailureDetail>(ask, `/v1/failures/${id}`, { headers: as(owner) })).json
  })

const once = Mock.layerWith({
  settings: { deepseek: { retryLimit: 0 } },
  faults: [{ fault: "unavailable", operation: "chat", times: 1 }]
})

/** The paid request is sent and its answer is lost: nobody knows whether it was paid. */
const lost = Mock.layerWith({
  settings: { nanobanana: { retryLimit: 0, priceUpperBound: 40_000 } },
  faults: [{ fault: "reset", operation: "submit", times: 1 }]
})

describe("the failures", () => {
  it.effect("are the owner's alone, and made again", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace(namedAccess)
      const failed = yield* askedInTime<ProblemDocument>(
        ask,
        "/v1/enhancements",
        post({ prompt: "a red fox" }, as("ada"))
      )
      assert.strictEqual(failed.status, 503)
      assert.strictEqual(failed.json.reason, "ServiceUnavailable")
      assert.isTrue(failed.json.retryable)
      const failure = yield* theFailure(ask)
      assert.strictEqual(failure.callId, failed.json.callId)
      assert.isNumber(failure.price?.highest.usdMicros)
      const foreign = { method: "POST", headers: as("bob") }
      for (const path of [`/v1/failures/${failure.id}`, `/v1/failures/${failure.id}/retry`]) {
        const { json, status } = yield* asked<ProblemDocument>(
          ask,
          path,
          path.endsWith("retry") ? foreign : { headers: as("bob") }
        )
        assert.strictEqual(status, 404)
        assert.strictEqual(json.reason, "LetterNotFound")
      }
      assert.lengthOf((yield* asked<FailurePage>(ask, "/v1/failures", { headers: as("bob") })).json.failures, 0)
      const { json, status } = yield* askedInTime<RetryAnswer>(
        ask,
        `/v1/failures/${failure.id}/retry`,
        post({}, as("ada"))
      )
      assert.strictEqual(status, 200)
      assert.strictEqual(json.kind, "Enhancement")
      assert.strictEqual(json.failure.state, "Rescued")
      const discarded = yield* asked<FailureDetail>(ask, `/v1/failures/${failure.id}`, {
        method: "DELETE",
        headers: as("ada")
      })
      assert.strictEqual(discarded.json.state, "Rescued")
    }).pipe(Effect.provide(once))
  )

  it.effect("of unknown outcome are made again by force alone, with the price confirmed", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace(namedAccess)
      const wish = post({ prompt: "a red fox" }, { ...as("ada"), prefer: "wait=60" })
      const failed = yield* askedInTime<ProblemDocument>(ask, "/v1/images", wish)
      assert.strictEqual(failed.json.reason, "ConnectionLost")
      assert.strictEqual(failed.json.outcome, "Unknown")
      assert.isFalse(failed.json.retryable)
      const failure = yield* theFailure(ask)
      assert.strictEqual(failure.refusal, "OutcomeUnknown")
      const retry = (body: object) =>
        askedInTime<ProblemDocument>(ask, `/v1/failures/${failure.id}/retry`, post(body, as("ada")))
      const unforced = yield* retry({})
      assert.strictEqual(unforced.status, 409)
      assert.strictEqual(unforced.json.retryProblem, "OutcomeUnknown")
      assert.strictEqual(unforced.json.priceUsdMicros, 40_000)
      const cheap = yield* retry({ force: true, confirmedUsdMicros: 39_999 })
      assert.strictEqual(cheap.json.retryProblem, "PriceNotConfirmed")
      const before = (yield* MockHandle.use((it) => it.totals)).acceptedSubmits
      const confirmed = yield* retry({ force: true, confirmedUsdMicros: 40_000 })
      assert.strictEqual(confirmed.status, 200)
      assert.strictEqual((yield* MockHandle.use((it) => it.totals)).acceptedSubmits, before + 1)
      const bad = yield* retry({ force: "yes" })
      assert.strictEqual(bad.status, 400)
      assert.strictEqual(bad.json.errors?.[0]?.field, "force")
    }).pipe(Effect.provide(lost))
  )
})
