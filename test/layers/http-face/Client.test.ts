/**
 * The typed client against the routes it shares its definition with.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Client from "../../../layers/http-face/Client.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { type Ask, makeFace, namedAccess } from "./Face.ts"

/** A client that asks the routes in process. */
const clientOf = (ask: Ask, token = "ada") =>
  Client.make({ baseUrl: "http://localhost", token: Redacted.make(token) }).pipe(
    Effect.provideService(
      HttpClient.HttpClient,
      HttpClient.make((request) =>
        Effect.gen(function* () {
          const web = yield* Effect.orDie(HttpClientRequest.toWeb(request))
          const url = new URL(web.url)
          const response = yield* ask(`${url.pathname}${url.search}`, {
            method: web.method,
            headers: Object.fromEntries(web.headers),
            ...(web.body === null ? {} : { body: yield* Effect.promise(() => web.text()) })
          })
          return HttpClientResponse.fromWeb(request, response)
        })
      )
    )
  )

const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
    for (let step = 0; step < 20; step++) {
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      yield* TestClock.adjust("3 seconds")
    }
    return yield* Fiber.join(fiber)
  })

describe("Client", () => {
  it.effect("makes a picture, looks at its job and fetches its bytes", () =>
    Effect.gen(function* () {
      const client = yield* clientOf(yield* makeFace(namedAccess))
      const { body, headers } = yield* inTime(
        client.images.create({ payload: { prompt: "a red fox" }, headers: { prefer: "wait=60" } })
      )
      assert.strictEqual(headers["preference-applied"], "wait=60")
      if (!("jobId" in body)) return assert.fail("the picture was not waited for")
      const job = yield* client.jobs.get({ params: { id: body.jobId } })
      assert.strictEqual(job.state, "Stored")
      const bytes = yield* client.images.bytes({ params: { id: body.jobId }, headers: {} })
      const sizes = yield* Stream.runCollect(Stream.map(bytes, (chunk) => chunk.length))
      assert.strictEqual(
        sizes.reduce((sum, size) => sum + size, 0),
        body.image.bytes
      )
      const events = yield* client.jobs.events({ params: { id: body.jobId }, headers: {} })
      const states = yield* Stream.runCollect(Stream.map(events, ({ state }) => state))
      assert.deepStrictEqual(states, ["Stored"])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("gives problems back as typed errors", () =>
    Effect.gen(function* () {
      const client = yield* clientOf(yield* makeFace(namedAccess))
      const problem = yield* client.jobs.list({ query: { limit: 5 } }).pipe(
        Effect.andThen(client.admin.keys()),
        Effect.catchTag("HttpProblem", (it) => Effect.succeed(it))
      )
      assert.isFalse(Array.isArray(problem))
      if (Array.isArray(problem) || !("reason" in problem)) return
      assert.strictEqual(problem.reason, "ScopeMissing")
      assert.strictEqual(problem.status, 403)
      const nobody = yield* clientOf(yield* makeFace(namedAccess), "")
      const refused = yield* Effect.flip(nobody.jobs.list({ query: {} }))
      assert.strictEqual(refused._tag === "HttpProblem" && refused.reason, "Unauthenticated")
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("makes illustrations and enhancements, and asks for costs", () =>
    Effect.gen(function* () {
      const client = yield* clientOf(yield* makeFace(namedAccess))
      const { body } = yield* inTime(
        client.illustrations.create({ payload: { prompt: "a red fox" }, headers: { prefer: "wait=60" } })
      )
      assert.isTrue("generated" in body && body.isSimulated)
      const enhanced = yield* inTime(client.enhancements.create({ payload: { prompt: "a blue fox", mode: "precise" } }))
      assert.strictEqual(enhanced.provenance._tag, "Live")
      const costs = yield* client.costs.get({ query: { by: "provider" } })
      assert.isAtLeast(costs.total.spent, enhanced.cost.usdMicros ?? 0)
    }).pipe(Effect.provide(Mock.layer))
  )
})
