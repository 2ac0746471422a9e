/**
 * `/v1/overview`: the program at a glance, once or about once a second. For whoever operates it: doors and requests are of
 * the whole program; jobs, failures, money and the alerts of his budgets of the owner who asks.
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { OverviewReport } from "../Overview.ts"
import { Authorization, MayOperate } from "./Middleware.ts"

/** The group. */
export const overviewGroup = HttpApiGroup.make("overview")
  .add(
    HttpApiEndpoint.get("snapshot", "/v1/overview", { success: OverviewReport }).annotate(
      OpenApi.Summary,
      "The program at a glance"
    ),
    HttpApiEndpoint.get("events", "/v1/overview/events", {
      success: HttpApiSchema.StreamSse({ data: OverviewReport })
    }).annotate(OpenApi.Summary, "The same about once a second, as server-sent events")
  )
  .middleware(MayOperate)
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Overview", description: "The program at a glance" }))
