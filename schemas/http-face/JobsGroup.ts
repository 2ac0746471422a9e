/**
 * `/v1/jobs`: the image jobs of an owner.
 */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { JobId } from "../Identifiers.ts"
import { JobView } from "./JobView.ts"
import { Authorization, MayUse } from "./Middleware.ts"
import { pageLimit } from "./Page.ts"

/** A page of jobs, the newest first. `next` is the `before` of the page after it; absent on the last one. */
export const JobPageView = Schema.Struct({ jobs: Schema.Array(JobView), next: Schema.optionalKey(JobId) })
export interface JobPageView extends Schema.Schema.Type<typeof JobPageView> {}

/** The group. */
export const jobsGroup = HttpApiGroup.make("jobs")
  .add(
    HttpApiEndpoint.get("list", "/v1/jobs", {
      query: { limit: pageLimit, before: Schema.optionalKey(JobId) },
      success: JobPageView
    }).annotate(OpenApi.Summary, "The jobs of the owner, the newest first"),
    HttpApiEndpoint.get("get", "/v1/jobs/:id", { params: { id: JobId }, success: JobView }).annotate(
      OpenApi.Summary,
      "One job"
    ),
    HttpApiEndpoint.get("events", "/v1/jobs/:id/events", {
      params: { id: JobId },
      headers: { "last-event-id": Schema.optionalKey(Schema.String) },
      success: HttpApiSchema.StreamSse({ data: JobView })
    }).annotate(OpenApi.Summary, "Each state of a job as server-sent events, until it is over"),
    HttpApiEndpoint.delete("cancel", "/v1/jobs/:id", { params: { id: JobId }, success: JobView }).annotate(
      OpenApi.Summary,
      "Give a job up, where that is possible"
    )
  )
  .middleware(MayUse)
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Jobs", description: "What became of the pictures that were asked for" }))
