/**
 * Jobs over HTTP.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { JobPageView } from "../../../schemas/http-face/JobsGroup.ts"
import type { JobView } from "../../../schemas/http-face/JobView.ts"
import type { ProblemDocument } from "../../../schemas/http-face/Problem.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { type Ask, as, asked, askedInTime, makeFace, namedAccess, post } from "./Face.ts"

const submit = (ask: Ask, owner = "ada") =>
  askedInTime<JobView>(ask, "/v1/images", post({ prompt: "a red fox" }, as(owner)))

describe("GET /v1/jobs", () => {
  it.effect("lists the jobs of the owner alone, page by page, the newest first", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace(namedAccess)
      const ids = []
      for (let count = 0; count < 3; count++) ids.push((yield* submit(ask)).json.id)
      yield* submit(ask, "bob")
      const first = yield* asked<JobPageView>(ask, "/v1/jobs?limit=2", { headers: as("ada") })
      const second = yield* asked<JobPageView>(ask, `/v1/jobs?limit=2&before=${first.json.next}`, {
        headers: as("ada")
      })
      assert.deepStrictEqual(
        [...first.json.jobs, ...second.json.jobs].map(({ id }) => id),
        ids.toReversed()
      )
      assert.notProperty(second.json, "next")
      const foreign = yield* asked<ProblemDocument>(ask, `/v1/jobs/${ids[0]}`, { headers: as("bob") })
      assert.strictEqual(foreign.status, 404)
      assert.strictEqual((yield* asked<ProblemDocument>(ask, "/v1/jobs")).status, 401)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("refuses a page that can not be, naming the field", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const { json, status } = yield* asked<ProblemDocument>(ask, "/v1/jobs?limit=0")
      assert.strictEqual(status, 400)
      assert.deepStrictEqual(json.errors, [
        { field: "query.limit", problem: "not as expected", expected: "a whole number from 1 to 1000" }
      ])
    }).pipe(Effect.provide(Mock.layer))
  )
})

/** Five minutes, step by step, so that who reads a body outside of Effect keeps up. */
const letPass = Effect.repeat(
  Effect.andThen(
    TestClock.adjust("5 seconds"),
    Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
  ),
  { times: 60 }
)

describe("GET /v1/jobs/{id}/events", () => {
  it.effect("tells each state until the job is over, and says that it is alive meanwhile", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace(namedAccess)
      const { json: job } = yield* asked<JobView>(ask, "/v1/images", post({ prompt: "a red fox" }, as("ada")))
      const response = yield* ask(`/v1/jobs/${job.id}/events`, { headers: as("ada") })
      assert.strictEqual(response.headers.get("content-type"), "text/event-stream")
      const reading = yield* Effect.forkChild(
        Effect.promise(() => response.text()),
        { startImmediately: true }
      )
      yield* letPass
      const text = yield* Fiber.join(reading)
      const states = text
        .split("\n")
        .filter((line) => line.startsWith("data: "))
        .map((line) => (JSON.parse(line.slice(6)) as JobView).state)
      assert.include(["Queued", "Submitting"], states[0])
      assert.strictEqual(states.at(-1), "Stored")
      assert.include(states, "Submitted")
      assert.include(text, ": keep-alive")
      const last =
        text
          .match(/^id: (.+)$/gm)
          ?.at(-1)
          ?.slice(4) ?? ""
      const again = yield* ask(`/v1/jobs/${job.id}/events`, { headers: { ...as("ada"), "last-event-id": last } })
      assert.strictEqual(yield* Effect.promise(() => again.text()), "")
    }).pipe(Effect.provide(Mock.layerWith({ latency: 5_000 })))
  )

  it.effect("is a problem and no stream for a job that is not the owner's", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace(namedAccess)
      const { json: job } = yield* submit(ask)
      const { json, status } = yield* asked<ProblemDocument>(ask, `/v1/jobs/${job.id}/events`, { headers: as("bob") })
      assert.strictEqual(status, 404)
      assert.strictEqual(json.reason, "JobNotFound")
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("DELETE /v1/jobs/{id}", () => {
  it.effect("is 409 for a job that has ended, and 404 for another owner's", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace(namedAccess)
      const { json: job } = yield* submit(ask)
      const foreign = yield* asked<ProblemDocument>(ask, `/v1/jobs/${job.id}`, { method: "DELETE", headers: as("bob") })
      assert.strictEqual(foreign.status, 404)
      const ended = yield* askedInTime<ProblemDocument>(ask, `/v1/jobs/${job.id}`, {
        method: "DELETE",
        headers: as("ada")
      })
      assert.strictEqual(ended.status, 409)
      assert.strictEqual(ended.json.reason, "JobNotCancellable")
      assert.strictEqual(ended.json.jobId, job.id)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("gives up a job that waits in the queue", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const body = { scope: "nanobanana", operation: "submit" }
      yield* asked(ask, `/admin/circuits/${body.scope}/${body.operation}/isolate`, { method: "POST" })
      const { json: job } = yield* askedInTime<JobView>(ask, "/v1/images", post({ prompt: "a red fox" }))
      const { json, status } = yield* asked<JobView>(ask, `/v1/jobs/${job.id}`, { method: "DELETE" })
      assert.strictEqual(status, 200)
      assert.strictEqual(json.state, "Cancelled")
    }).pipe(Effect.provide(Mock.layer))
  )
})
