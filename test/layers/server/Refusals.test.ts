/**
 * Every refusal of the face itself names its request: in the document, in the header, and on the line of the log.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import { maximumBodyBytes } from "../../../layers/server/Guard.ts"
import type { ProblemDocument } from "../../../schemas/http-face/Problem.ts"
import { statusByFaceReason } from "../../../schemas/http-face/ProblemStatus.ts"
import { startServer } from "./RunningServer.ts"

const json = { "content-type": "application/json" }
const named = (token: string) => ({ authorization: `Bearer ${token}` })
const post = (body: string, headers: Readonly<Record<string, string>>): RequestInit => ({
  method: "POST",
  body,
  headers
})

/** Every line of the log, as JSON, while `effect` runs. */
const withLines = <A, E, R>(effect: (lines: ReadonlyArray<string>) => Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  const logger = Logger.make((options) => void lines.push(Logger.formatJson.log(options)))
  return Effect.provide(effect(lines), Logger.layer([logger]))
}

/** The problem that is answered, once it is sure that its id is that of the header and of a line of the log. */
const refused = (lines: ReadonlyArray<string>, url: string, init: RequestInit = {}) =>
  Effect.promise(async () => {
    const response = await fetch(url, init)
    const problem = (await response.json()) as ProblemDocument
    assert.strictEqual(response.headers.get("content-type"), "application/problem+json", problem.reason)
    assert.match(problem.callId, /^request_/, problem.reason)
    assert.strictEqual(problem.callId, response.headers.get("x-request-id"), problem.reason)
    const line = lines.find(
      (it) => it.includes(`"requestId":"${problem.callId}"`) && it.includes('"message":"request"')
    )
    assert.include(line ?? "no line", `"status":${response.status}`, problem.reason)
    return problem.reason
  })

describe("a refusal of the face", () => {
  it.live("has the id of its request, whatever it refuses", () =>
    withLines((lines) =>
      Effect.gen(function* () {
        const quick = { nanobanana: { pollFirst: 5, pollCap: 10, submitGrace: 300 } }
        const { token, url } = yield* startServer({}, { settings: quick })
        const user = named(yield* token("ann", "use"))
        const both = named(yield* token("ann", "use", "operate"))
        const send = (path: string, init?: RequestInit) => refused(lines, `${url}${path}`, init)
        const made = yield* Effect.promise(async () =>
          fetch(`${url}/v1/images`, post(`{"prompt":"a fox"}`, { ...json, ...user, prefer: "wait=20" }))
        )
        assert.strictEqual(made.status, 200)
        const { jobId } = (yield* Effect.promise(() => made.json())) as { readonly jobId: string }
        const reasons = [
          yield* send("/v1/images", post("{", { ...json, ...user })),
          yield* send("/v1/jobs?limit=none", { headers: user }),
          yield* send("/v1/jobs"),
          yield* send("/admin/circuits", { headers: user }),
          yield* send("/nowhere"),
          yield* send("/admin/audit/calls/call_none", { headers: both }),
          yield* send("/v1/jobs", { method: "PUT" }),
          yield* send("/v1/images", post("x".repeat(maximumBodyBytes + 1), { ...json, ...user })),
          yield* send("/v1/images", post("x", { "content-type": "text/plain", ...user })),
          yield* send(`/v1/images/${jobId}`, { headers: { ...user, range: "bytes=99999999-" } }),
          yield* send("/admin/settings", { method: "PATCH", body: `{"nonsense":1}`, headers: { ...json, ...both } })
        ]
        for (let failure = 0; failure < 9; failure++) yield* send("/v1/jobs", { headers: named("wrong") })
        reasons.push(yield* send("/v1/jobs", { headers: named("wrong") }))
        reasons.push(yield* send("/v1/jobs", { headers: named("wrong") }))
        assert.sameMembers(
          [...new Set(reasons)],
          [
            "InputRejected",
            "Unauthenticated",
            "ScopeMissing",
            "RouteNotFound",
            "CallNotFound",
            "MethodNotAllowed",
            "BodyTooLarge",
            "UnsupportedMediaType",
            "RangeNotSatisfiable",
            "SettingsRejected",
            "TooManyFailures"
          ]
        )
        // The others are below, or need a picture that is gone, a broken store or a fault of ours.
        const elsewhere = [
          "ServerBusy",
          "ServerEnding",
          "Forbidden",
          "PictureNotFound",
          "TokensUnreadable",
          "InternalError"
        ]
        assert.sameMembers(
          [...reasons.filter((it) => it !== "InputRejected"), ...elsewhere].filter(isFirst),
          Object.keys(statusByFaceReason)
        )
      })
    )
  )

  it.live("has it while the server is full, ends, or has no token and is asked by a page of another origin", () =>
    withLines((lines) =>
      Effect.gen(function* () {
        const settings = { nanobanana: { submitGrace: 300 } }
        const server = yield* startServer({ maximumOpenRequests: 1 }, { latency: 60_000, settings })
        const strange = { headers: { origin: "https://evil.example" } }
        assert.strictEqual(yield* refused(lines, `${server.url}/v1/jobs`, strange), "Forbidden")
        const slow = post(`{"prompt":"a fox"}`, { ...json, prefer: "wait=60" })
        const running = yield* Effect.forkChild(refused(lines, `${server.url}/v1/illustrations`, slow))
        yield* Effect.sleep("300 millis")
        assert.strictEqual(yield* refused(lines, `${server.url}/v1/jobs`), "ServerBusy")
        yield* server.stop
        assert.strictEqual(yield* Fiber.join(running), "ServerEnding")
      })
    )
  )
})

const isFirst = (it: string, index: number, all: ReadonlyArray<string>) => all.indexOf(it) === index
