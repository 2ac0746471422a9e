/**
 * A transport that answers from a script, in order, and remembers what it was asked. A request beyond the script is a
 * defect, so that a test sees each one too many.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type ExchangeRequest, Transport } from "../../src/transport/Transport.ts"
import { TransportFailed } from "../../src/transport/TransportFailed.ts"

/** An answer: `body` as text, bytes, or anything else as JSON. */
export interface ScriptedAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export type ScriptStep = ScriptedAnswer | TransportFailed | ((request: ExchangeRequest) => ScriptedAnswer)

export interface ScriptedTransport {
  readonly service: Transport["Service"]
  readonly layer: Layer.Layer<Transport>
  /** The requests so far, in order. */
  readonly requests: ReadonlyArray<ExchangeRequest>
}

export const scriptedTransport = (script: ReadonlyArray<ScriptStep>, isSimulated = false): ScriptedTransport => {
  const requests: Array<ExchangeRequest> = []
  const service: Transport["Service"] = {
    isSimulated,
    exchange: (request) =>
      Effect.suspend(() => {
        const step = script[requests.length]
        requests.push(request)
        if (step === undefined) return Effect.die(new Error(`request ${requests.length} is not in the script`))
        if (step instanceof TransportFailed) {
          if (step.wasSent) request.observer?.onSend()
          return Effect.fail(step)
        }
        request.observer?.onSend()
        request.observer?.onFirstByte()
        const { body, headers = {}, status = 200 } = typeof step === "function" ? step(request) : step
        return Effect.succeed({
          status,
          headers: { "content-type": "application/json", ...headers },
          body: bytesOf(body)
        })
      }),
    stream: () => Effect.die(new Error("nothing is streamed here")),
    download: () => Effect.die(new Error("nothing is downloaded here"))
  }
  return { service, layer: Layer.succeed(Transport, service), requests }
}

const bytesOf = (body: unknown): Uint8Array => {
  if (body instanceof Uint8Array) return body
  return new TextEncoder().encode(typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body))
}
