/**
 * Whether the program lives, and whether it can serve. Without a token, and without a secret.
 */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { HealthReport } from "../Health.ts"

/** It lives. `isSimulated` says that the providers are. */
export const Liveness = Schema.Struct({ status: Schema.Literal("alive"), isSimulated: Schema.Boolean })
export interface Liveness extends Schema.Schema.Type<typeof Liveness> {}

/** The group. */
export const healthGroup = HttpApiGroup.make("health")
  .add(
    HttpApiEndpoint.get("live", "/health/live", { success: Liveness }).annotate(
      OpenApi.Summary,
      "Whether the program lives"
    ),
    HttpApiEndpoint.get("ready", "/health/ready", {
      success: HealthReport,
      error: HealthReport.pipe(HttpApiSchema.status(503))
    }).annotate(OpenApi.Summary, "Whether it can serve, and how its providers fare; 503 where it can not")
  )
  .annotateMerge(OpenApi.annotations({ title: "Health", description: "For balancers and supervisors" }))
