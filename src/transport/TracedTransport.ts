/**
 * One span for each exchange, by OpenTelemetry's conventions for HTTP clients, where the program has a tracer: without one
 * an exchange pays nothing for it. No query, no header and no body stands in it.
 *
 * **Source** opentelemetry.io/docs/specs/semconv/http/http-spans, read 2026-11-24.
 */
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import type { ExchangeRequest, Transport } from "./Transport.ts"

/**
 * What may be told of an address: its query is left out whole, as providers put signatures into it, and so is the path of
 * an address that came out of an answer.
 */
const addressAttributes = (url: string, isOurs: boolean): Readonly<Record<string, string | number>> => {
  if (!URL.canParse(url)) return {}
  const { hostname, origin, pathname, port, protocol } = new URL(url)
  return {
    "server.address": hostname,
    "server.port": Number(port) || (protocol === "https:" ? 443 : 80),
    "url.full": isOurs ? origin + pathname : `${origin}/`
  }
}

const traced = <A extends { readonly status: number }, E extends { readonly reason: { readonly _tag: string } }, R>(
  method: string,
  address: () => Readonly<Record<string, string | number>>,
  attempt: number | undefined,
  exchange: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) => {
    if (fiber.getRef(Tracer.Tracer) === Tracer.nativeTracer) return exchange
    return Effect.useSpan(
      method,
      {
        kind: "client",
        attributes: {
          "http.request.method": method,
          ...address(),
          ...(attempt === undefined || attempt <= 1 ? {} : { "http.request.resend_count": attempt - 1 })
        }
      },
      (span) =>
        exchange.pipe(
          Effect.tap(({ status }) =>
            Effect.sync(() => {
              span.attribute("http.response.status_code", status)
              if (status >= 400) span.attribute("error.type", String(status))
            })
          ),
          Effect.tapError(({ reason }) => Effect.sync(() => span.attribute("error.type", reason._tag)))
        )
    )
  })

/** The transport, with a span for each exchange. That of a streamed one ends when its head has come. */
export const tracedTransport = (transport: Transport["Service"]): Transport["Service"] => {
  const ofRequest = ({ method, observer, url }: ExchangeRequest) =>
    [method, () => addressAttributes(url, true), observer?.attempt] as const
  return {
    isSimulated: transport.isSimulated,
    exchange: (request) => traced(...ofRequest(request), transport.exchange(request)),
    stream: (request) => traced(...ofRequest(request), transport.stream(request)),
    download: (request) =>
      traced("GET", () => addressAttributes(request.url, false), undefined, transport.download(request))
  }
}
