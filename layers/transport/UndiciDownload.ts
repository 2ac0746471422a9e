/**
 * Downloads of results: from hosts that somebody else named, so with no credential, over a connection that is used for
 * this file alone, and only to addresses that were checked.
 *
 * Through a proxy the address can not be checked, because the proxy resolves the name: there only the hosts that the
 * protocol is known to use are fetched from.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as dns from "node:dns"
import { answerFacts } from "../../src/provider/AnswerFacts.ts"
import { isLoopbackAddress, isLoopbackHost, isPublicAddress } from "../../src/transport/AddressPolicy.ts"
import { checkDownloadUrl, hostNotAllowed, isResultHost } from "../../src/transport/DownloadUrl.ts"
import { brokenExchange } from "../../src/transport/ExchangeFailure.ts"
import { type ExchangeProgress, failedAt, notStarted } from "../../src/transport/ExchangeProgress.ts"
import { timedOut } from "../../src/transport/ExchangeTimeout.ts"
import type { ProxyFor } from "../../src/transport/ProxyRules.ts"
import { downloadHeaders } from "../../src/transport/RequestHeaders.ts"
import type { AnswerHead, Download, DownloadRequest } from "../../src/transport/Transport.ts"
import type { TransportFailed } from "../../src/transport/TransportFailed.ts"
import { Connection } from "./Connection.ts"
import { connector } from "./Connector.ts"
import { contentCoding } from "./ContentCoding.ts"
import { StreamedBodyHandler, type StreamedBodyRules } from "./StreamedBodyHandler.ts"
import { AddressNotAllowed, guardedLookup } from "./GuardedLookup.ts"
import type { SocketOptions } from "./Sockets.ts"

type HeadOf = Deferred.Deferred<AnswerHead, TransportFailed>

const rulesOf = (
  request: DownloadRequest,
  url: URL,
  progress: ExchangeProgress,
  head: HeadOf,
  connection: Connection
): StreamedBodyRules => ({
  headProblem: (answer) => {
    const coding = contentCoding(answer.headers)
    if (coding === undefined) return undefined
    const facts = answerFacts({ ...answer, body: new Uint8Array() })
    const problem = "a content coding that was not asked for"
    return Effect.fail(failedAt(progress, { _tag: "IncompleteResponse", ...facts, problem }))
  },
  lengthProblem: (bytes) => {
    if (bytes <= request.maximumBytes) return undefined
    const detail = `longer than ${request.maximumBytes} bytes`
    return Effect.fail(failedAt(progress, { _tag: "ImageRejected", problem: "TooManyBytes", detail }))
  },
  broken: (error) =>
    error instanceof AddressNotAllowed
      ? Effect.fail(failedAt(progress, hostNotAllowed(url.hostname, "its name leads to an address that is not public")))
      : brokenExchange(error, url, request.timeout, progress),
  onStart: (start) => Deferred.doneUnsafe(head, start),
  onFailure: () => connection.close(() => undefined)
})

const closeOf = (connection: Connection): Effect.Effect<void> =>
  Effect.callback((closed) => connection.close(() => closed(Effect.void)))

const fetchFile = (request: DownloadRequest, url: URL, options: SocketOptions, proxyFor: ProxyFor) =>
  Effect.gen(function* () {
    const progress = notStarted()
    const connection = yield* Effect.acquireRelease(
      Effect.sync(() => new Connection(url.origin, connector(options, proxyFor), () => undefined)),
      closeOf
    )
    const head: HeadOf = yield* Deferred.make<AnswerHead, TransportFailed>()
    const handler = new StreamedBodyHandler(progress, rulesOf(request, url, progress, head, connection))
    const endInTime = Effect.sync(() => handler.fail(Effect.fail(timedOut(request.timeout, progress))))
    yield* Effect.forkScoped(Effect.andThen(Effect.sleep(request.timeout), endInTime))
    connection.dispatch(
      {
        path: url.pathname + url.search,
        method: "GET",
        headers: downloadHeaders,
        reset: true
      },
      handler
    )
    const answer = yield* Effect.onInterrupt(Deferred.await(head), () => closeOf(connection))
    return { ...answer, body: Stream.fromPull(Effect.succeed(handler.pull)) }
  })

/** Makes `Transport.download`. */
export const makeDownload =
  (options: SocketOptions, proxyFor: ProxyFor) =>
  (request: DownloadRequest): Effect.Effect<Download, TransportFailed, Scope.Scope> =>
    Effect.suspend(() => {
      const checked = checkDownloadUrl(request.url, request)
      if (Result.isFailure(checked)) return Effect.fail(failedAt(notStarted(), checked.failure))
      const url = checked.success
      if (proxyFor(url) !== undefined) {
        return isResultHost(url.hostname, request.resultHosts)
          ? fetchFile(request, url, options, proxyFor)
          : Effect.fail(
              failedAt(notStarted(), hostNotAllowed(url.hostname, "no known result host, and behind a proxy"))
            )
      }
      const isAllowed = isLoopbackHost(url.hostname) ? isLoopbackAddress : isPublicAddress
      const lookup = guardedLookup(options.lookup ?? dns.lookup, isAllowed)
      return fetchFile(request, url, { ...options, lookup }, proxyFor)
    })
