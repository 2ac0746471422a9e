/**
 * Pictures over HTTP: asked for once and paid once, and fetched whole, in part, or not at all.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { JobView } from "../../../schemas/http-face/JobView.ts"
import type { ProblemDocument } from "../../../schemas/http-face/Problem.ts"
import type { ImageAnswer } from "../../../schemas/http-face/Results.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import { type Ask, as, asked, askedInTime, makeFace, namedAccess, post } from "./Face.ts"

const fox = { prompt: "a red fox", parameters: { quality: "low" } }

const madeBy = (ask: Ask, headers: Record<string, string> = {}) =>
  askedInTime<ImageAnswer>(ask, "/v1/images", post(fox, { prefer: "wait=60", ...headers }))

const bytesOf = (ask: Ask, url: string, headers: Record<string, string> = {}) =>
  Effect.gen(function* () {
    const response = yield* ask(url, { headers })
    return { response, bytes: new Uint8Array(yield* Effect.promise(() => response.arrayBuffer())) }
  })

describe("POST /v1/images", () => {
  it.effect("joins the job of the same key and request, and pays once", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const key = { "idempotency-key": "order-7" }
      const first = yield* askedInTime<JobView>(ask, "/v1/images", post(fox, key))
      const second = yield* askedInTime<JobView>(ask, "/v1/images", post(fox, key))
      assert.strictEqual(first.status, 202)
      assert.strictEqual(first.json.id, second.json.id)
      assert.strictEqual(first.headers.get("location"), `/v1/jobs/${first.json.id}`)
      assert.strictEqual((yield* MockHandle.use((it) => it.totals)).acceptedSubmits, 1)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("refuses the same key for another request, with the hashes of both", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const key = { "idempotency-key": "order-7" }
      yield* askedInTime<JobView>(ask, "/v1/images", post(fox, key))
      const { json, status } = yield* asked<ProblemDocument>(ask, "/v1/images", post({ prompt: "a blue fox" }, key))
      assert.strictEqual(status, 422)
      assert.strictEqual(json.reason, "IdempotencyConflict")
      assert.isString(json.requestHash)
      assert.isString(json.existingRequestHash)
      assert.notStrictEqual(json.requestHash, json.existingRequestHash)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("refuses a key that is none, and previews without paying", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const long = { "idempotency-key": "x".repeat(201) }
      const { json, status } = yield* asked<ProblemDocument>(ask, "/v1/images", post(fox, long))
      assert.strictEqual(status, 400)
      assert.strictEqual(json.errors?.[0]?.field, "Idempotency-Key")
      const preview = yield* asked<{ readonly from: string }>(ask, "/v1/images/preview", post(fox))
      assert.strictEqual(preview.json.from, "Live")
      assert.strictEqual((yield* MockHandle.use((it) => it.totals)).acceptedSubmits, 0)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("answers the problem of a job that has failed while its caller waited, with its id", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const { json, status } = yield* askedInTime<ProblemDocument>(ask, "/v1/images", post(fox, { prefer: "wait=60" }))
      assert.strictEqual(json.reason, "InsufficientBalance")
      assert.strictEqual(status, 503)
      assert.isString(json.jobId)
      assert.strictEqual(json.outcome, "Refused")
    }).pipe(Effect.provide(Mock.layerWith({ scenario: "no-balance" })))
  )
})

describe("GET /v1/images/{id}", () => {
  it.effect("gives the bytes, for ever the same, under a strong tag", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const { json: made } = yield* madeBy(ask)
      const { bytes, response } = yield* bytesOf(ask, made.image.url)
      assert.strictEqual(response.status, 200)
      assert.strictEqual(bytes.length, made.image.bytes)
      assert.strictEqual(response.headers.get("content-type"), `image/${made.image.format}`)
      assert.strictEqual(response.headers.get("etag"), `"${made.image.sha256}"`)
      assert.strictEqual(response.headers.get("cache-control"), "private, max-age=31536000, immutable")
      assert.strictEqual(
        response.headers.get("content-disposition"),
        `inline; filename="${made.jobId}.${made.image.format}"`
      )
      const again = yield* bytesOf(ask, made.image.url, { "if-none-match": `"other", W/"${made.image.sha256}"` })
      assert.strictEqual(again.response.status, 304)
      assert.strictEqual(again.bytes.length, 0)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("gives a part where a part is asked for, and says what there is where it can not", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const { json: made } = yield* madeBy(ask)
      const whole = (yield* bytesOf(ask, made.image.url)).bytes
      const part = yield* bytesOf(ask, made.image.url, { range: "bytes=10-19" })
      assert.strictEqual(part.response.status, 206)
      assert.deepStrictEqual(part.bytes, whole.slice(10, 20))
      assert.strictEqual(part.response.headers.get("content-range"), `bytes 10-19/${whole.length}`)
      const old = yield* bytesOf(ask, made.image.url, { range: "bytes=10-19", "if-range": '"other"' })
      assert.strictEqual(old.response.status, 200)
      const beyond = yield* asked<ProblemDocument>(ask, made.image.url, {
        headers: { range: `bytes=${whole.length}-` }
      })
      assert.strictEqual(beyond.status, 416)
      assert.strictEqual(beyond.headers.get("content-range"), `bytes */${whole.length}`)
      assert.strictEqual(beyond.json.reason, "RangeNotSatisfiable")
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("knows no picture of another owner, and none of a job that has none yet", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace(namedAccess)
      const { json: made } = yield* madeBy(ask, as("ada"))
      const foreign = yield* asked<ProblemDocument>(ask, made.image.url, { headers: as("bob") })
      assert.strictEqual(foreign.status, 404)
      assert.strictEqual(foreign.json.reason, "JobNotFound")
      const operator = yield* asked<ProblemDocument>(ask, made.image.url, { headers: as("operator") })
      assert.strictEqual(operator.status, 404)
      const unknown = yield* asked<ProblemDocument>(ask, "/v1/images/job_none", { headers: as("ada") })
      assert.deepStrictEqual({ ...unknown.json, callId: "" }, { ...foreign.json, callId: "" })
    }).pipe(Effect.provide(Mock.layer))
  )
})
