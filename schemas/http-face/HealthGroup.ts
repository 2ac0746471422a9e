/**
 * Whether the program lives, and whether it can serve. Without a token, and without a secret.
 */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"

/** It lives. `isSimulated` says that the providers are. */
export const Liveness = Schema.Struct({ status: Schema.Literal("alive"), isSimulated: Schema.Boolean })
export interface Liveness extends Schema.Schema.Type<typeof Liveness> {}

/** The group. */
export const healthGroup = HttpApiGroup.make("health").add(
  HttpApiEndpoint.get("live", "/health/live", { success: Liveness }).annotate(
    OpenApi.Summary,
    "Whether the program lives"
  )
)
