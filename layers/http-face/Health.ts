/**
 * Handles the questions whether the program lives and can serve.
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../schemas/http-face/Api.ts"
import { Transport } from "../../src/transport/Transport.ts"

/** The handlers. */
export const layer = HttpApiBuilder.group(
  Api,
  "health",
  Effect.fnUntraced(function* (handlers) {
    const { isSimulated } = yield* Transport
    return handlers.handle("live", () => Effect.succeed({ status: "alive", isSimulated } as const))
  })
)
