/**
 * `GET /metrics`: the metrics as Prometheus scrapes them. For whoever operates the program: they tell what all owners do.
 */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Authorization, MayOperate } from "./Middleware.ts"

/** The group. */
export const metricsGroup = HttpApiGroup.make("metrics")
  .add(
    HttpApiEndpoint.get("prometheus", "/metrics", {
      success: Schema.String.pipe(HttpApiSchema.asText())
    }).annotate(OpenApi.Summary, "What Prometheus scrapes")
  )
  .middleware(MayOperate)
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Metrics", description: "What Prometheus scrapes" }))
