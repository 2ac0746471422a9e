/**
 * `Transport` over undici's `dispatch`: the default, and the only one that closes sockets when it says so.
 *
 * An exchange is one callback and one timeout. Whatever ends it early (interruption, the timeout, a limit, an error)
 * closes its socket first, and only then is the effect over. Downloads go over connections of their own, see
 * `UndiciDownload.ts`.
 *
 * **Gotchas** A paid submit never goes over a connection that was used before: the server may be closing it, and a
 * request lost that way could not be told from one that was processed.
 */
import "../NodeVersion.ts"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { millisOf } from "../../src/policy/deadline/Deadline.ts"
import { makeTimeoutList, type TimeoutList } from "../../src/policy/deadline/TimeoutList.ts"
import { answerFacts } from "../../src/provider/AnswerFacts.ts"
import { type ExchangeProgress, failedAt, notStarted } from "../../src/transport/ExchangeProgress.ts"
import { brokenExchange } from "../../src/transport/ExchangeFailure.ts"
import { timedOut } from "../../src/transport/ExchangeTimeout.ts"
import { type ProxyEnvironment, proxyRules } from "../../src/transport/ProxyRules.ts"
import { exchangeHeaders, foreignCredential, mayCarryCredential } from "../../src/transport/RequestHeaders.ts"
import { type Address, addressOf } from "../../src/transport/Address.ts"
import { type Answer, type ExchangeRequest, Transport } from "../../src/transport/Transport.ts"
import type { TransportFailed } from "../../src/transport/TransportFailed.ts"
import { AnswerHandler, type Reading } from "./AnswerHandler.ts"
import { ConnectionPool } from "./ConnectionPool.ts"
import { connector } from "./Connector.ts"
import { contentCoding, decodeBody } from "./ContentCoding.ts"
import type { SocketOptions } from "./Sockets.ts"
import { makeDownload } from "./UndiciDownload.ts"
import { makeStream } from "./UndiciStream.ts"

/** How the transport reaches the network. */
export interface UndiciTransportOptions extends SocketOptions {
  /** Where `HTTPS_PROXY` and `NO_PROXY` are read from; without it nothing is proxied. */
  readonly environment?: ProxyEnvironment
}

const incomplete = (answer: Answer, problem: string, progress: ExchangeProgress) =>
  Effect.fail(failedAt(progress, { _tag: "IncompleteResponse", ...answerFacts(answer), problem }))

/** What an answer, read to its end or not, is to the caller. */
const outcomeOf = (
  reading: Reading,
  address: Address,
  request: ExchangeRequest,
  progress: ExchangeProgress
): Effect.Effect<Answer, TransportFailed> => {
  if (reading._tag === "Defect") return Effect.die(reading.defect)
  if (reading._tag === "Broken") return brokenExchange(reading.error, address, request.timeout, progress)
  const { answer } = reading
  if (reading._tag === "TooLong") return incomplete(answer, `longer than ${request.maximumBytes} bytes`, progress)
  const coding = contentCoding(answer.headers)
  if (coding === undefined || answer.body.byteLength === 0) return Effect.succeed(answer)
  const decoded = decodeBody(coding, answer.body, request.maximumBytes)
  return Result.isFailure(decoded)
    ? incomplete(answer, decoded.failure, progress)
    : Effect.succeed({ ...answer, body: decoded.success })
}

const exchangeOver =
  (pool: ConnectionPool, timeouts: TimeoutList, now: () => number) =>
  (request: ExchangeRequest): Effect.Effect<Answer, TransportFailed> =>
    Effect.suspend(() => {
      const address = addressOf(request.url)
      if (!mayCarryCredential(request, address)) return Effect.die(foreignCredential())
      const progress = notStarted()
      const limitMillis = Duration.toMillis(request.timeout)
      if (limitMillis <= 0) return Effect.fail(timedOut(request.timeout, progress))
      return Effect.callback<Answer, TransportFailed>((resume) => {
        const connection = request.operation === "submit" ? pool.open(address.origin) : pool.take(address.origin)
        const handler = new AnswerHandler(request, progress, (reading) => {
          timeout.cancel()
          const outcome = outcomeOf(reading, address, request, progress)
          if (reading._tag !== "Whole") return pool.close(connection, () => resume(outcome))
          pool.giveBack(connection)
          resume(outcome)
        })
        const cut = (then: () => void) => {
          timeout.cancel()
          handler.settle()
          pool.close(connection, then)
        }
        const timeout = timeouts.schedule(now() + limitMillis, () => {
          const failure = timedOut(request.timeout, progress)
          cut(() => resume(Effect.fail(failure)))
        })
        connection.dispatch(
          {
            path: address.path,
            method: request.method,
            headers: exchangeHeaders(request),
            body: request.body ?? null
          },
          handler,
          request.observer?.onConnected?.bind(request.observer)
        )
        return Effect.callback<void>((closed) => cut(() => closed(Effect.void)))
      })
    })

/**
 * Makes the transport; its connections are closed with the scope.
 *
 * **Errors** None; a `HTTPS_PROXY` that is no URL is a defect, because going out without the proxy would be worse.
 */
export const make = (options: UndiciTransportOptions): Effect.Effect<Transport["Service"], never, Scope.Scope> =>
  Effect.gen(function* () {
    const rules = proxyRules(options.environment ?? {})
    if (Result.isFailure(rules)) return yield* Effect.die(new Error(`${rules.failure} is not an http or https URL`))
    const proxyFor = rules.success
    const clock = yield* Clock.Clock
    const now = () => millisOf(clock)
    const pool = yield* Effect.acquireRelease(
      Effect.sync(() => new ConnectionPool(connector(options, proxyFor), now)),
      (open) => Effect.callback<void>((closed) => open.closeAll(() => closed(Effect.void)))
    )
    const timeouts = yield* makeTimeoutList
    return Transport.of({
      isSimulated: false,
      exchange: exchangeOver(pool, timeouts, now),
      stream: makeStream(pool, timeouts, now),
      download: makeDownload(options, proxyFor)
    })
  })

/** The transport over undici, with the system's resolver, trust and proxy. */
export const layer: Layer.Layer<Transport> = Layer.effect(
  Transport,
  Effect.suspend(() => make({ environment: process.env }))
)

/** The same with other options. */
export const layerWith = (options: UndiciTransportOptions): Layer.Layer<Transport> =>
  Layer.effect(Transport, make(options))
