/**
 * `Transport` over an `HttpClient` that the host program brings: its connections, its proxy, its certificates.
 *
 * Such a client does not say when it writes, so every failure after `execute` has begun counts as sent; it should not
 * retry, and here it can not be seen whether it does. Interruption aborts the request; when its socket is closed is the
 * client's matter. Downloads still go over our own connector, because only that can check the address it connects to.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import { answerFacts } from "../../src/provider/AnswerFacts.ts"
import { brokenExchange } from "../../src/transport/ExchangeFailure.ts"
import { type ExchangeProgress, failedAt, notStarted } from "../../src/transport/ExchangeProgress.ts"
import { withExchangeTimeout, withStreamTimeout } from "../../src/transport/ExchangeTimeout.ts"
import { exchangeHeaders, foreignCredential, mayCarryCredential } from "../../src/transport/RequestHeaders.ts"
import { type Answer, type ExchangeRequest, type StreamedAnswer, Transport } from "../../src/transport/Transport.ts"
import type { TransportFailed } from "../../src/transport/TransportFailed.ts"
import * as UndiciTransport from "./UndiciTransport.ts"

/** Headers that must not show up in a trace or a log; a list of ours replaces Effect's, so it holds Effect's too. */
const redactedNames = ["authorization", "cookie", "set-cookie", "x-api-key", "x-goog-api-key"]

const clientRequest = (request: ExchangeRequest, accept?: "text/event-stream"): HttpClientRequest.HttpClientRequest => {
  const { "Content-Type": contentType, ...headers } = exchangeHeaders(request, accept)
  const plain = HttpClientRequest.make(request.method)(request.url, { headers })
  return request.body === undefined ? plain : HttpClientRequest.bodyText(plain, request.body, contentType)
}

/** A client may take an answer for an error by its status; here it is an answer all the same. */
const responseOf = (error: HttpClientError.HttpClientError) =>
  error.reason._tag === "StatusCodeError" ? Effect.succeed(error.reason.response) : Effect.fail(error)

/** The client's error holds the request and its key, and is not passed on. */
const brokenOff = (
  error: HttpClientError.HttpClientError,
  url: URL,
  request: ExchangeRequest,
  progress: ExchangeProgress
): Effect.Effect<never, TransportFailed> =>
  error.reason._tag === "EncodeError" || error.reason._tag === "InvalidUrlError"
    ? Effect.die(new Error("The HTTP client can not make this request"))
    : brokenExchange(error.reason, url, request.timeout, progress)

const collect = (
  response: HttpClientResponse.HttpClientResponse,
  request: ExchangeRequest,
  progress: ExchangeProgress
): Effect.Effect<Answer, HttpClientError.HttpClientError | TransportFailed> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let bytes = 0
    const answer = (): Answer => ({
      status: response.status,
      headers: { ...response.headers },
      body: Buffer.concat(chunks)
    })
    const take = (chunk: Uint8Array): Effect.Effect<void, TransportFailed> => {
      chunks.push(chunk)
      bytes += chunk.byteLength
      if (bytes <= request.maximumBytes) return Effect.void
      const problem = `longer than ${request.maximumBytes} bytes`
      return Effect.fail(failedAt(progress, { _tag: "IncompleteResponse", ...answerFacts(answer()), problem }))
    }
    return Effect.map(Stream.runForEach(response.stream, take), answer)
  })

/** Sends the request and waits for the head of its answer; how far it came stands in `progress`. */
const send = (
  client: HttpClient.HttpClient,
  request: ExchangeRequest,
  progress: ExchangeProgress,
  accept?: "text/event-stream"
) =>
  Effect.gen(function* () {
    progress.wasSent = true
    progress.phase = "headers"
    request.observer?.onSend()
    const response = yield* Effect.catch(client.execute(clientRequest(request, accept)), responseOf)
    progress.phase = "body"
    progress.status = response.status
    request.observer?.onFirstByte()
    return response
  })

const exchangeOver =
  (client: HttpClient.HttpClient) =>
  (request: ExchangeRequest): Effect.Effect<Answer, TransportFailed> =>
    Effect.suspend(() => {
      const url = new URL(request.url)
      if (!mayCarryCredential(request, url)) return Effect.die(foreignCredential())
      const progress = notStarted()
      const exchange = Effect.gen(function* () {
        const response = yield* send(client, request, progress)
        return yield* collect(response, request, progress)
      }).pipe(Effect.catchTag("HttpClientError", (error) => brokenOff(error, url, request, progress)))
      return withExchangeTimeout(exchange, request.timeout, progress)
    })

/** Reads the body as it comes; bytes are counted, and the client's errors are told without their request. */
const bodyOf = (
  response: HttpClientResponse.HttpClientResponse,
  request: ExchangeRequest,
  url: URL,
  progress: ExchangeProgress
): Stream.Stream<Uint8Array, TransportFailed> =>
  Stream.suspend(() => {
    let bytes = 0
    const tooLong = (): TransportFailed => {
      const facts = answerFacts({ status: response.status, headers: { ...response.headers }, body: new Uint8Array() })
      const problem = `longer than ${request.maximumBytes} bytes`
      return failedAt(progress, { _tag: "IncompleteResponse", ...facts, bytes, problem })
    }
    return response.stream.pipe(
      Stream.catch((error) => Stream.fromEffect(brokenOff(error, url, request, progress))),
      Stream.mapEffect((chunk) => {
        bytes += chunk.byteLength
        return bytes <= request.maximumBytes ? Effect.succeed(chunk) : Effect.fail(tooLong())
      })
    )
  })

const streamOver =
  (client: HttpClient.HttpClient) =>
  (request: ExchangeRequest): Effect.Effect<StreamedAnswer, TransportFailed, Scope.Scope> =>
    Effect.suspend(() => {
      const url = new URL(request.url)
      if (!mayCarryCredential(request, url)) return Effect.die(foreignCredential())
      const progress = notStarted()
      const start = Effect.gen(function* () {
        const response = yield* send(client, request, progress, "text/event-stream")
        const headers = { ...response.headers }
        request.observer?.onHead?.(headers)
        return { status: response.status, headers, body: bodyOf(response, request, url, progress) }
      }).pipe(Effect.catchTag("HttpClientError", (error) => brokenOff(error, url, request, progress)))
      return withStreamTimeout(start, request.timeout, progress)
    })

/** The transport over the host's client. It takes `HTTPS_PROXY` and `NO_PROXY` for downloads only. */
export const layer: Layer.Layer<Transport, never, HttpClient.HttpClient> = Layer.effect(
  Transport,
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const fetchOptions = yield* Effect.serviceOption(FetchHttpClient.RequestInit)
    const undici = yield* UndiciTransport.make({ environment: process.env })
    const exchange = exchangeOver(client)
    const stream = streamOver(client)
    const underRules = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      effect.pipe(
        Effect.provideService(HttpClient.TracerPropagationEnabled, false),
        Effect.provideService(Headers.CurrentRedactedNames, redactedNames),
        Effect.provideService(FetchHttpClient.RequestInit, {
          ...Option.getOrElse(fetchOptions, () => ({})),
          redirect: "manual"
        })
      )
    return Transport.of({
      isSimulated: false,
      download: undici.download,
      exchange: (request) => underRules(exchange(request)),
      stream: (request) => underRules(stream(request))
    })
  })
)
