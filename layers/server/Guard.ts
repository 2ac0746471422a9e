/**
 * What stands around the routes of a server: at most so many open requests, a bound on bodies, CORS, an id and a log line
 * for each request, and an orderly end.
 *
 * The end: no new request is taken, streams of events end, what runs has `submitGrace` to be answered; then the rest is
 * told that the program is ending (503, come again). Jobs are in the ledger, and go on with the next program.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Scope from "effect/Scope"
import { MaxBodySize } from "effect/http/HttpIncomingMessage"
import * as HttpBody from "effect/http/HttpBody"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { answerTo } from "../http-face/ProblemsLive.ts"
import { problemResponse } from "../../src/http-face/ProblemResponse.ts"
import { refusal, RequestId } from "../../src/http-face/Refuse.ts"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"
import { crossOriginHeaders, preflightHeaders } from "./CrossOrigin.ts"

/** The longest body: a prompt of 4000 characters, each escaped, several times over. **Units** bytes. */
export const maximumBodyBytes = 262_144

/** How a server is guarded. `corsOrigins` are exact origins, none by default. */
export interface GuardOptions {
  readonly maximumOpenRequests: number
  readonly corsOrigins: ReadonlyArray<string>
}

type Handled<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

/** A guard: it wraps the routes, and ends them. */
export interface Guard {
  readonly around: <E, R>(routes: Handled<E, R>) => Handled<never, R | HttpServerRequest | Scope.Scope>
  /** Ends the server's requests: takes no new ones, and waits for those that run, at most `grace` and a second. */
  readonly end: (grace: Duration.Duration) => Effect.Effect<void>
}

/** Makes one, for one server. */
export const makeGuard = Effect.fnUntraced(function* ({
  corsOrigins,
  maximumOpenRequests
}: GuardOptions): Effect.fn.Return<Guard> {
  const ending = yield* Deferred.make<void>()
  const graceOver = yield* Deferred.make<void>()
  const allAnswered = yield* Deferred.make<void>()
  let isEnding = false
  let open = 0

  const leave = Effect.suspend(() => {
    open -= 1
    return isEnding && open === 0 ? Deferred.succeed(allAnswered, undefined) : Effect.void
  })
  const enter = Effect.addFinalizer(() => leave)

  const refusalTo = ({ headers, method, url }: HttpServerRequest) => {
    if (method === ("TRACE" as string) || method === ("CONNECT" as string))
      return refusal("MethodNotAllowed", "this method is not taken", { allow: [] })
    // Who watches whether the program lives must hear it while it is busy, and while it ends.
    const isWatching = url.startsWith("/health/")
    if (isEnding && !isWatching) return shuttingDown
    if (open > maximumOpenRequests && !isWatching)
      return refusal("ServerBusy", "too many requests are open", { retryAfter: 1 })
    return Number(headers["content-length"] ?? 0) > maximumBodyBytes
      ? refusal("BodyTooLarge", `a body of at most ${maximumBodyBytes} bytes is taken`)
      : undefined
  }

  const around: Guard["around"] = (routes) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest
      const { headers, method } = request
      const startedAt = yield* Clock.currentTimeMillis
      const requestId = nameOf(headers["x-request-id"]) ?? (yield* makeIdentifier("request"))
      open += 1
      yield* enter
      const preflight = preflightHeaders(method, headers, corsOrigins)
      const refused = refusalTo(request)
      const response =
        preflight !== undefined
          ? HttpServerResponse.empty({ status: 204, headers: preflight })
          : refused !== undefined
            ? yield* Effect.provideService(Effect.map(refused, problemResponse), RequestId, requestId)
            : yield* routes.pipe(
                Effect.catchCause((cause) => answerTo(cause)),
                Effect.provideService(MaxBodySize, ByteSize.bytes(maximumBodyBytes)),
                Effect.annotateLogs({ requestId }),
                Effect.raceFirst(Effect.andThen(Deferred.await(graceOver), Effect.map(shuttingDown, problemResponse))),
                Effect.provideService(RequestId, requestId)
              )
      yield* tellOf(request, response, requestId, (yield* Clock.currentTimeMillis) - startedAt)
      return endedWith(response, ending).pipe(
        HttpServerResponse.setHeaders({
          ...crossOriginHeaders(headers["origin"], corsOrigins),
          "x-request-id": requestId,
          ...(isEnding ? { connection: "close" } : {})
        })
      )
    })

  const end: Guard["end"] = (grace) =>
    Effect.gen(function* () {
      isEnding = true
      yield* Deferred.succeed(ending, undefined)
      if (open === 0) return
      yield* Effect.timeoutOption(Deferred.await(allAnswered), grace)
      yield* Deferred.succeed(graceOver, undefined)
      if (open > 0) yield* Effect.timeoutOption(Deferred.await(allAnswered), "1 second")
    })

  return { around, end }
})

const shuttingDown = refusal("ServerEnding", "the program is ending; a job that was begun goes on with the next one", {
  retryAfter: 5
})

/** What a client calls its request, where that can stand in a log: a UUID fits, a token of ours does not. */
const nameOf = (header: string | undefined): string | undefined =>
  header !== undefined && /^[\w.-]{1,40}$/.test(header) ? header : undefined

/** A stream of events ends with the server; every other body is sent whole. */
const endedWith = (
  response: HttpServerResponse.HttpServerResponse,
  ending: Deferred.Deferred<void>
): HttpServerResponse.HttpServerResponse => {
  const { body } = response
  if (body._tag !== "Stream" || !body.contentType.startsWith("text/event-stream")) return response
  const stream = Stream.interruptWhen(body.stream, Deferred.await(ending))
  return HttpServerResponse.setBody(response, HttpBody.stream(stream, body.contentType))
}

/** A line for the log: no query, no header, and of a path that is not there nothing but that. */
const tellOf = (
  { method, url }: HttpServerRequest,
  { status }: HttpServerResponse.HttpServerResponse,
  requestId: string,
  elapsedMillis: number
) =>
  Effect.logInfo("request").pipe(
    Effect.annotateLogs({
      requestId,
      method,
      path: status === 404 || status === 400 ? "-" : (url.split("?")[0] ?? "").slice(0, 200),
      status,
      elapsedMillis
    })
  )
