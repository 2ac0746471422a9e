/**
 * `POST /v1/illustrations`: a prompt becomes a rewritten prompt becomes a picture.
 */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Enhancement } from "../Enhancement.ts"
import { IllustrationRequest } from "../Illustration.ts"
import { IllustrationPreview } from "../Preview.ts"
import { CallWishes, creationHeaders, underWayHeaders, waitedHeaders } from "./CallWishes.ts"
import { JobView } from "./JobView.ts"
import { Authorization, MayUse } from "./Middleware.ts"
import { IllustrationAnswer } from "./Results.ts"

/** What is asked for. */
export const IllustrationPayload = Schema.Struct({
  ...IllustrationRequest.fields,
  options: Schema.optionalKey(CallWishes)
})

/** An illustration that is under way: its job, and the rewritten prompt it is made from. */
export const IllustrationUnderWay = Schema.Struct({ job: JobView, enhanced: Schema.NullOr(Enhancement) })
export interface IllustrationUnderWay extends Schema.Schema.Type<typeof IllustrationUnderWay> {}

/** The group. */
export const illustrationsGroup = HttpApiGroup.make("illustrations")
  .add(
    HttpApiEndpoint.post("create", "/v1/illustrations", {
      headers: creationHeaders,
      payload: IllustrationPayload,
      success: [
        HttpApiSchema.WithHeaders(IllustrationAnswer, waitedHeaders),
        HttpApiSchema.WithHeaders(IllustrationUnderWay.pipe(HttpApiSchema.status(202)), underWayHeaders)
      ]
    }).annotate(OpenApi.Summary, "Illustrate a prompt: 202 with the job, or the illustration with `Prefer: wait=N`"),
    HttpApiEndpoint.post("preview", "/v1/illustrations/preview", {
      payload: IllustrationPayload,
      success: IllustrationPreview
    }).annotate(OpenApi.Summary, "What an illustration would cost, and what the policies would do now")
  )
  .middleware(MayUse)
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Illustrations", description: "Prompts become pictures" }))
