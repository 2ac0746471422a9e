/**
 * Whatever goes wrong is a problem document: bad bodies, unknown paths, wrong methods, faults of ours.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import type { JobPageView } from "../../../schemas/http-face/JobsGroup.ts"
import type { ProblemDocument } from "../../../schemas/http-face/Problem.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { asked, makeFace, post } from "./Face.ts"

const json = { "content-type": "application/json" }
const canary = "canary-5f3a"

describe("a request that can not be served", () => {
  const cases = [
    [
      "malformed JSON",
      "/v1/images",
      { method: "POST", headers: json, body: `{"prompt": "${canary}` },
      400,
      "InputRejected"
    ],
    ["a list", "/v1/images", { method: "POST", headers: json, body: `["${canary}"]` }, 400, "InputRejected"],
    ["no body", "/v1/images", { method: "POST", headers: json }, 400, "InputRejected"],
    [
      "another media type",
      "/v1/images",
      { method: "POST", headers: { "content-type": "text/plain" }, body: canary },
      415,
      "UnsupportedMediaType"
    ],
    [
      "an unknown field",
      "/v1/images",
      { method: "POST", headers: json, body: `{"prompt":"a","${canary}x":1}` },
      400,
      "InputRejected"
    ],
    [
      "a prototype as field",
      "/v1/images",
      { method: "POST", headers: json, body: `{"prompt":"a","__proto__":{"x":1}}` },
      400,
      "InputRejected"
    ],
    ["an unknown path", `/v1/${canary}`, {}, 404, "RouteNotFound"],
    ["an unknown method", "/v1/jobs", { method: "PUT" }, 405, "MethodNotAllowed"],
    ["an unknown job", "/v1/jobs/job_1", {}, 404, "JobNotFound"],
    [
      "a body of another type for a decoded endpoint",
      "/admin/circuits/deepseek/chat/observe",
      { method: "POST", headers: { "content-type": "text/plain" }, body: "x" },
      415,
      "UnsupportedMediaType"
    ],
    [
      "malformed JSON for a decoded endpoint",
      "/admin/circuits/deepseek/chat/observe",
      { method: "POST", headers: json, body: "{" },
      400,
      "InputRejected"
    ]
  ] as const
  for (const [name, path, request, status, reason] of cases) {
    it.effect(`is answered with a problem: ${name}`, () =>
      Effect.gen(function* () {
        const ask = yield* makeFace()
        const answer = yield* asked<ProblemDocument>(ask, path, request)
        assert.strictEqual(answer.status, status)
        assert.strictEqual(answer.headers.get("content-type"), "application/problem+json")
        assert.strictEqual(answer.json.reason, reason)
        assert.strictEqual(answer.json.status, status)
        assert.strictEqual(answer.json.type, `urn:ludeng:problem:${reason}`)
        assert.strictEqual(answer.json.outcome, "NotSent")
        assert.match(answer.json.callId, /^(?:call|request)_/)
        assert.notInclude(JSON.stringify(answer.json.errors?.map(({ problem }) => problem) ?? []), canary)
        assert.notInclude(answer.json.detail.replaceAll(`${canary}x`, ""), canary)
      }).pipe(Effect.provide(Mock.layer))
    )
  }

  it.effect("tells the methods that a path has", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const { headers, json: problem } = yield* asked<ProblemDocument>(ask, "/v1/jobs/job_1", { method: "POST" })
      assert.strictEqual(headers.get("allow"), "DELETE, GET, HEAD")
      assert.deepStrictEqual(problem.allow, ["DELETE", "GET", "HEAD"])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("is told when to come back, in the body and in the header", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const wish = (prompt: string) => post({ prompt, options: { deadlineMillis: 5_000 } })
      yield* asked(ask, "/v1/enhancements", wish("a red fox"))
      const second = yield* asked<ProblemDocument>(ask, "/v1/enhancements", wish("a blue fox"))
      const { headers, json: problem, status } = second
      assert.strictEqual(problem.reason, "RateLimitExceeded")
      assert.strictEqual(status, 429)
      assert.isAbove(problem.retryAfter ?? 0, 0)
      assert.strictEqual(headers.get("retry-after"), String(problem.retryAfter))
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          latency: 0,
          settings: { deepseek: { rateLimit: { requests: 1, window: 3600 } } }
        })
      )
    )
  )
})

describe("a fault of ours", () => {
  it.effect("is a 500 that names the id under which it was logged, and nothing else", () =>
    Effect.gen(function* () {
      const generator = yield* ImageGenerator
      const broken = { ...generator, list: () => Effect.die(new Error(canary)) }
      const ask = yield* Effect.provide(makeFace(), Layer.succeed(ImageGenerator, broken))
      const { json: problem, status } = yield* asked<ProblemDocument>(ask, "/v1/jobs")
      assert.strictEqual(status, 500)
      assert.strictEqual(problem.reason, "InternalError")
      assert.match(problem.callId, /^call_/)
      assert.notInclude(JSON.stringify(problem), canary)
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("a caller who leaves", () => {
  it.effect("stops waiting; what was sent and is to be paid goes on, once", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const waiting = yield* Effect.forkChild(ask("/v1/images", post({ prompt: "a red fox" }, { prefer: "wait=60" })), {
        startImmediately: true
      })
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(waiting)
      yield* TestClock.adjust("2 minutes")
      const { json: page } = yield* asked<JobPageView>(ask, "/v1/jobs")
      assert.deepStrictEqual(
        page.jobs.map(({ state }) => state),
        ["Stored"]
      )
      assert.strictEqual((yield* MockHandle.use((it) => it.totals)).acceptedSubmits, 1)
    }).pipe(Effect.provide(Mock.layerWith({ latency: 1_000 })))
  )

  it.effect("ends what costs nothing more: the enhancement nobody waits for", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const waiting = yield* Effect.forkChild(ask("/v1/illustrations", post({ prompt: "a red fox" })), {
        startImmediately: true
      })
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(waiting)
      yield* TestClock.adjust("2 minutes")
      assert.lengthOf((yield* asked<JobPageView>(ask, "/v1/jobs")).json.jobs, 0)
      assert.strictEqual((yield* MockHandle.use((it) => it.totals)).acceptedSubmits, 0)
    }).pipe(Effect.provide(Mock.layerWith({ latency: 1_000 })))
  )
})
