/**
 * `Transport` without a network: the scripts of the simulated providers, played in process under Effect's `Clock`. No
 * timer and no promise of its own, so that everything runs under `TestClock`.
 *
 * It keeps the contract of the real transports: one time limit over the whole answer, bytes counted as they come, the same
 * reasons for the same ends, the same refusals of keys and addresses. A request is processed at the instant it is sent,
 * or, where the script gives the network a time, at the end of its way.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { answerFacts } from "../../src/provider/AnswerFacts.ts"
import { checkDownloadUrl } from "../../src/transport/DownloadUrl.ts"
import { type ExchangeProgress, failedAt, notStarted } from "../../src/transport/ExchangeProgress.ts"
import { withExchangeTimeout, withStreamTimeout } from "../../src/transport/ExchangeTimeout.ts"
import { foreignCredential, mayCarryCredential } from "../../src/transport/RequestHeaders.ts"
import {
  type Answer,
  type AnswerHead,
  type Download,
  type DownloadRequest,
  type ExchangeObserver,
  type ExchangeRequest,
  type StreamedAnswer,
  Transport
} from "../../src/transport/Transport.ts"
import type { TransportFailed } from "../../src/transport/TransportFailed.ts"
import { deliver } from "./Deliver.ts"
import { type BodyEnd, bytesOf, providerOf, type ScriptedAnswer, type SimulatedRequest } from "./Messages.ts"
import { routeOf } from "./Route.ts"
import type { Simulation } from "./Simulation.ts"

/** Where results are offered in process: the host nanobananaapi.ai really uses, which nobody is asked at. */
export const simulatedFileBaseUrl = "https://tempfile.aiquickdraw.com/r"

/** The transport of a simulation. */
export const makeSimulatedTransport = (simulation: Simulation): Transport["Service"] =>
  Transport.of({
    isSimulated: true,
    exchange: (request) =>
      Effect.suspend(() => {
        const url = new URL(request.url)
        if (!mayCarryCredential(request, url)) return Effect.die(foreignCredential())
        const progress = notStarted()
        return withExchangeTimeout(exchange(simulation, request, url, progress), request.timeout, progress)
      }),
    stream: (request) =>
      Effect.suspend(() => {
        const url = new URL(request.url)
        if (!mayCarryCredential(request, url)) return Effect.die(foreignCredential())
        const progress = notStarted()
        return withStreamTimeout(stream(simulation, request, url, progress), request.timeout, progress)
      }),
    download: (request) => download(simulation, request)
  })

interface Started {
  readonly head: AnswerHead
  readonly body: Stream.Stream<Uint8Array, TransportFailed>
}

const sentOf = (request: ExchangeRequest, url: URL): SimulatedRequest => ({
  ...routeOf(request.provider, url, request.body ?? ""),
  operation: request.operation,
  method: request.method,
  hasKey: hasBearerKey(request),
  body: request.body ?? "",
  fileBaseUrl: simulatedFileBaseUrl
})

const stream = (
  simulation: Simulation,
  request: ExchangeRequest,
  url: URL,
  progress: ExchangeProgress
): Effect.Effect<StreamedAnswer, TransportFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const { body, head } = yield* start(simulation, sentOf(request, url), url, progress, request.observer)
    request.observer?.onHead?.(head.headers)
    let bytes = 0
    const bounded = Stream.mapEffect(body, (chunk) => {
      bytes += chunk.length
      if (bytes <= request.maximumBytes) return Effect.succeed(chunk)
      const facts = answerFacts({ ...head, body: new Uint8Array() })
      const problem = `longer than ${request.maximumBytes} bytes`
      return Effect.fail(failedAt(progress, { _tag: "IncompleteResponse", ...facts, bytes, problem }))
    })
    return { ...head, body: bounded }
  })

const exchange = (
  simulation: Simulation,
  request: ExchangeRequest,
  url: URL,
  progress: ExchangeProgress
): Effect.Effect<Answer, TransportFailed> =>
  Effect.gen(function* () {
    const { body, head } = yield* start(simulation, sentOf(request, url), url, progress, request.observer)
    const chunks: Array<Uint8Array> = []
    let length = 0
    yield* Stream.runForEach(body, (chunk) => {
      chunks.push(chunk)
      length += chunk.length
      if (length <= request.maximumBytes) return Effect.void
      const facts = answerFacts({ ...head, body: Buffer.concat(chunks) })
      const problem = `longer than ${request.maximumBytes} bytes`
      return Effect.fail(failedAt(progress, { _tag: "IncompleteResponse", ...facts, problem }))
    })
    return { ...head, body: new Uint8Array(Buffer.concat(chunks)) }
  }).pipe(Effect.scoped)

const hasBearerKey = ({ credential }: ExchangeRequest): boolean =>
  credential?.scheme === "Bearer" && Redacted.value(credential.key).trim() !== ""

const download = (
  simulation: Simulation,
  request: DownloadRequest
): Effect.Effect<Download, TransportFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const progress = notStarted()
    const checked = checkDownloadUrl(request.url, request)
    if (Result.isFailure(checked)) return yield* failedAt(progress, checked.failure)
    const url = checked.success
    if (!request.url.startsWith(`${simulatedFileBaseUrl}/`)) {
      return yield* failedAt(progress, { _tag: "DnsFailed", host: url.hostname, isTemporary: false })
    }
    const started = Effect.map(start(simulation, requestOf(url), url, progress), ({ body, head }) => ({
      ...head,
      body
    }))
    const { body, ...head } = yield* withStreamTimeout(started, request.timeout, progress)
    let length = 0
    const bounded = Stream.mapEffect(body, (chunk) => {
      length += chunk.length
      const detail = `longer than ${request.maximumBytes} bytes`
      return length <= request.maximumBytes
        ? Effect.succeed(chunk)
        : Effect.fail(failedAt(progress, { _tag: "ImageRejected", problem: "TooManyBytes", detail }))
    })
    return { ...head, body: bounded }
  })

const requestOf = (url: URL): SimulatedRequest => ({
  service: "files",
  operation: "download",
  method: "GET",
  path: url.pathname + url.search,
  hasKey: false,
  body: "",
  fileBaseUrl: simulatedFileBaseUrl
})

/** Sends a request, and waits for the head of its answer. */
const start = (
  simulation: Simulation,
  request: SimulatedRequest,
  url: URL,
  progress: ExchangeProgress,
  observer?: ExchangeObserver
): Effect.Effect<Started, TransportFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const underway = simulation.send(request)
    const isRefused = underway.fault === "refused"
    const enter = () => (isRefused ? () => undefined : simulation.ledger.inFlight.enter(providerOf(request.service)))
    const leave = yield* Effect.acquireRelease(Effect.sync(enter), (leave) => Effect.sync(leave))
    if (!isRefused) {
      progress.wasSent = true
      progress.phase = "headers"
      observer?.onSend()
    }
    const answer = yield* deliver(simulation, underway)
    if (answer._tag === "Refused") return yield* failedAt(progress, { _tag: "ConnectionRefused", host: url.hostname })
    if (answer._tag === "Silence") return yield* Effect.never
    yield* pause(answer.afterMillis)
    if (answer._tag === "Reset") return yield* lost(progress)
    observer?.onFirstByte()
    progress.phase = "body"
    progress.status = answer.status
    return { head: { status: answer.status, headers: answer.headers }, body: bodyOf(answer, progress, leave) }
  })

type Answered = Extract<ScriptedAnswer, { readonly _tag: "Answered" }>

const bodyOf = (
  answer: Answered,
  progress: ExchangeProgress,
  leave: () => void
): Stream.Stream<Uint8Array, TransportFailed> =>
  Stream.fromIterable(answer.chunks).pipe(
    Stream.mapEffect((chunk) => Effect.as(pause(chunk.afterMillis), chunk.bytes)),
    Stream.concat(Stream.suspend(() => endOf(answer.end, progress))),
    Stream.ensuring(Effect.sync(leave))
  )

const blankLine = bytesOf("\n")

const endOf = (end: BodyEnd, progress: ExchangeProgress): Stream.Stream<Uint8Array, TransportFailed> => {
  switch (end._tag) {
    case "Complete":
      return Stream.empty
    case "Lost":
      return Stream.fromEffect(lost(progress))
    case "BlankLines":
      return Stream.fromEffectRepeat(Effect.as(Effect.sleep(end.everyMillis), end.line ?? blankLine))
  }
}

/** What Node.js says when the other side goes away in the middle. */
const lost = (progress: ExchangeProgress): Effect.Effect<never, TransportFailed> =>
  Effect.suspend(() =>
    Effect.fail(failedAt(progress, { _tag: "ConnectionLost", phase: progress.phase, code: "ECONNRESET" }))
  )

const pause = (millis: number): Effect.Effect<void> => (millis <= 0 ? Effect.void : Effect.sleep(millis))
