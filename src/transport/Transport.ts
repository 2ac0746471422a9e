/**
 * One HTTP exchange with somebody else's server: the only door through which bytes leave this library.
 *
 * A transport reports facts (sent or not, how far it came) and judges nothing: no retry, no status is an error, no
 * redirect is followed. Layers: undici (default), any host `HttpClient`, simulated.
 *
 * **Gotchas** Interrupting an exchange closes its socket before the interrupted effect ends. The credential is sent to
 * `url`'s origin only when that is `credential.origin`; a transport refuses (dies) otherwise, because it is a defect.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { Operation, Provider } from "../../schemas/Provider.ts"
import type { TransportFailed } from "./TransportFailed.ts"

/** What the pipeline hears of an exchange while it runs. Called synchronously, at most once each, in this order. */
export interface ExchangeObserver {
  /** The number of the attempt, from 1. */
  readonly attempt?: number
  /** A connection was made for this exchange, which took so long. **Units** milliseconds. */
  readonly onConnected?: (millis: number) => void
  /** The first byte of the request is about to be written; from here on the provider may have seen it. */
  readonly onSend: () => void
  /** The first byte of the answer has come. */
  readonly onFirstByte: () => void
  /** The head of the answer has come; names are in lower case. */
  readonly onHead?: (headers: Readonly<Record<string, string>>) => void
  /** How much of the body of a streamed answer `onExchanged` wants; the rest is told by length and hash. Default 0. */
  readonly keptBytes?: number
  /** The exchange has ended: the body that was sent, and the whole answer if one came. Told by whoever reads it. */
  readonly onExchanged?: (request: string | undefined, answer: Answer | undefined) => void
}

/** A key and the one origin it may be sent to. */
export interface Credential {
  readonly origin: string
  /** The value of the `Authorization` header without the key: `Bearer`. */
  readonly scheme: "Bearer" | "Key"
  readonly key: Redacted.Redacted<string>
}

/**
 * A request.
 *
 * **Units** `timeout` covers connecting, headers and the whole body; `maximumBytes` bounds the answer's body as counted
 * on the stream, whatever `Content-Length` says.
 */
export interface ExchangeRequest {
  readonly provider: Provider
  readonly operation: Operation
  readonly method: "GET" | "POST" | "DELETE"
  readonly url: string
  readonly credential?: Credential
  /** Sent as `application/json`. */
  readonly body?: string
  readonly timeout: Duration.Duration
  readonly maximumBytes: number
  readonly observer?: ExchangeObserver
}

/** The head of an answer; header names are lower case. */
export interface AnswerHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** A whole answer. Of a long stream `body` may be the beginning only; `whole` then says what all of it was. */
export interface Answer extends AnswerHead {
  readonly body: Uint8Array
  readonly whole?: BodyFacts
}

/** What may be said of a body that is not kept. **Units** `sha256` in hex. */
export interface BodyFacts {
  readonly bytes: number
  readonly sha256: string
}

/** An answer whose body is read as it comes, at the reader's pace. Closing the scope before its end closes the socket. */
export interface StreamedAnswer extends AnswerHead {
  readonly body: Stream.Stream<Uint8Array, TransportFailed>
}

/** The request of a file whose URL came out of a provider's answer: no credential, no body, its address checked. */
export interface DownloadRequest {
  readonly provider: Provider
  readonly url: string
  /** Loopback `http:` may be fetched; only where the provider itself is on loopback. */
  readonly allowLoopback: boolean
  /** Hosts the protocol is known to put results on; through a proxy nothing else is fetched. */
  readonly resultHosts: ReadonlyArray<string>
  readonly timeout: Duration.Duration
  readonly maximumBytes: number
}

/** A file as it comes. Closing the scope closes the socket. */
export interface Download extends StreamedAnswer {}

/**
 * The service.
 *
 * **Errors** `TransportFailed`: see there. A redirect is an answer (3xx), not an error; whoever follows it makes a new
 * request and has its URL checked anew.
 *
 * ```ts
 * import * as Duration from "effect/Duration"
 * import * as Effect from "effect/Effect"
 * import { Transport } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const exchange = Transport.use((it) =>
 *   it.exchange({
 *     provider: "deepseek",
 *     operation: "probe",
 *     method: "GET",
 *     url: "https://api.deepseek.com/models",
 *     timeout: Duration.seconds(5),
 *     maximumBytes: 65_536
 *   })
 * )
 * const { status } = await Effect.runPromise(Effect.provide(exchange, Mock.layer))
 * status // => 401
 * ```
 */
export class Transport extends Context.Service<
  Transport,
  {
    /** Whether answers come from simulated providers. */
    readonly isSimulated: boolean
    /** Sends a request and collects its whole answer. */
    readonly exchange: (request: ExchangeRequest) => Effect.Effect<Answer, TransportFailed>
    /**
     * Sends a request and gives its answer as it comes. The time limit covers the body to its last byte, whoever is slow;
     * `observer.onExchanged` is told by whoever reads the body.
     */
    readonly stream: (request: ExchangeRequest) => Effect.Effect<StreamedAnswer, TransportFailed, Scope.Scope>
    /** Fetches a result file as a stream, from addresses on the public internet only. */
    readonly download: (request: DownloadRequest) => Effect.Effect<Download, TransportFailed, Scope.Scope>
  }
>()("@ludeng/providers/transport/Transport") {}
