/**
 * Handles the questions whether the program lives and can serve. Neither reads a file or asks a provider.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { HealthReport } from "../../schemas/Health.ts"
import { Api } from "../../schemas/http-face/Api.ts"
import { Health } from "../../src/health/Health.ts"
import { Transport } from "../../src/transport/Transport.ts"

const encode = Schema.encodeSync(Schema.toCodecJson(HealthReport))

/** The handlers. */
export const layer = HttpApiBuilder.group(
  Api,
  "health",
  Effect.fnUntraced(function* (handlers) {
    const { isSimulated } = yield* Transport
    const health = yield* Health
    return handlers
      .handle("live", () => Effect.succeed({ status: "alive", isSimulated } as const))
      .handle("ready", () =>
        Effect.map(health.report, (report) =>
          HttpServerResponse.jsonUnsafe(encode(report), {
            status: report.isReady ? 200 : 503,
            headers: { "cache-control": "no-store" }
          })
        )
      )
  })
)
