/**
 * Illustrations over HTTP.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { IllustrationUnderWay } from "../../../schemas/http-face/IllustrationsGroup.ts"
import type { ProblemDocument } from "../../../schemas/http-face/Problem.ts"
import type { IllustrationAnswer } from "../../../schemas/http-face/Results.ts"
import { asked, askedInTime, makeFace, post } from "./Face.ts"

describe("POST /v1/illustrations", () => {
  it.effect("answers 202 with the job, where it is, and the rewritten prompt it is made from", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const { headers, json, status } = yield* askedInTime<IllustrationUnderWay>(
        ask,
        "/v1/illustrations",
        post({ prompt: "a red fox" })
      )
      assert.strictEqual(status, 202)
      assert.strictEqual(headers.get("location"), `/v1/jobs/${json.job.id}`)
      assert.isFalse(headers.has("preference-applied"))
      assert.strictEqual(json.enhanced?.prompt, json.job.prompt)
      assert.strictEqual(json.job.state, "Queued")
      assert.notInclude(JSON.stringify(json), "/images/ludeng")
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect(
    "answers the illustration where the caller waits, with provenance, cost and a link in place of a path",
    () =>
      Effect.gen(function* () {
        const ask = yield* makeFace()
        const { headers, json, status } = yield* askedInTime<IllustrationAnswer>(
          ask,
          "/v1/illustrations",
          post({ prompt: "a red fox" }, { prefer: "wait=30" })
        )
        assert.strictEqual(status, 200)
        assert.strictEqual(headers.get("preference-applied"), "wait=30")
        assert.deepStrictEqual(json.generated.provenance, { _tag: "Live" })
        assert.strictEqual(json.generated.image.url, `/v1/images/${json.generated.jobId}`)
        assert.notProperty(json.generated.image, "path")
        assert.isTrue(json.isSimulated)
        assert.isAtLeast(json.attempts, 3)
      }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("answers 202 where the picture is not there in time, and the job goes on", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const { headers, json, status } = yield* askedInTime<IllustrationUnderWay>(
        ask,
        "/v1/illustrations",
        post({ prompt: "a red fox" }, { prefer: "wait=1" })
      )
      assert.strictEqual(status, 202)
      assert.strictEqual(headers.get("preference-applied"), "wait=1")
      assert.strictEqual(json.job.isFinal, false)
    }).pipe(Effect.provide(Mock.layerWith({ latency: 2_000 })))
  )

  it.effect("names every field that is wrong, and quotes none of them", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const body = { prompt: "a red fox", image: { width: 7, style: "" }, stranger: "canary" }
      const { headers, json, status } = yield* asked<ProblemDocument>(ask, "/v1/illustrations", post(body))
      assert.strictEqual(status, 400)
      assert.strictEqual(headers.get("content-type"), "application/problem+json")
      assert.sameMembers(json.errors?.map(({ field }) => field) ?? [], ["image.width", "image.style", "stranger"])
      assert.notInclude(JSON.stringify(json), "canary")
      assert.isString(json.callId)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("refuses a bad option by its name", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const { json, status } = yield* asked<ProblemDocument>(
        ask,
        "/v1/illustrations",
        post({ prompt: "a red fox", options: { deadlineMillis: 0 } })
      )
      assert.strictEqual(status, 400)
      assert.strictEqual(json.errors?.[0]?.field, "options.deadlineMillis")
    }).pipe(Effect.provide(Mock.layer))
  )
})
