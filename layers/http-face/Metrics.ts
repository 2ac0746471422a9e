/**
 * Handles the scraping of metrics.
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Api } from "../../schemas/http-face/Api.ts"
import * as Prometheus from "../telemetry/Prometheus.ts"

/** The handlers. */
export const layer = HttpApiBuilder.group(
  Api,
  "metrics",
  Effect.fnUntraced(function* (handlers) {
    // Those of the program, not of the fiber that happens to ask.
    const context = yield* Effect.context<never>()
    return handlers.handle("prometheus", () =>
      Effect.map(Effect.provideContext(Prometheus.text(), context), (text) =>
        HttpServerResponse.text(text, { contentType: Prometheus.contentType, headers: { "cache-control": "no-store" } })
      )
    )
  })
)
