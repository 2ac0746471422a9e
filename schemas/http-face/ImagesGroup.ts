/**
 * `POST /v1/images` makes a picture of a prompt as it stands; `GET /v1/images/{id}` gives the bytes of one.
 */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { JobId } from "../Identifiers.ts"
import { ImageRequest } from "../Image.ts"
import { CallPreview } from "../Preview.ts"
import { CallWishes, creationHeaders, underWayHeaders, waitedHeaders } from "./CallWishes.ts"
import { JobView } from "./JobView.ts"
import { Authorization, MayUse } from "./Middleware.ts"
import { ImageAnswer } from "./Results.ts"

/** What is asked for. */
export const ImagePayload = Schema.Struct({ ...ImageRequest.fields, options: Schema.optionalKey(CallWishes) })

/** The headers by which a part is asked for, or only what has changed (RFC 9110). */
export const pictureHeaders = {
  "if-none-match": Schema.optionalKey(Schema.String),
  range: Schema.optionalKey(Schema.String),
  "if-range": Schema.optionalKey(Schema.String)
}

/** The group. */
export const imagesGroup = HttpApiGroup.make("images")
  .add(
    HttpApiEndpoint.post("create", "/v1/images", {
      headers: creationHeaders,
      payload: ImagePayload,
      success: [
        HttpApiSchema.WithHeaders(ImageAnswer, waitedHeaders),
        HttpApiSchema.WithHeaders(JobView.pipe(HttpApiSchema.status(202)), underWayHeaders)
      ]
    }).annotate(OpenApi.Summary, "Make a picture: 202 with the job, or the picture with `Prefer: wait=N`"),
    HttpApiEndpoint.post("preview", "/v1/images/preview", { payload: ImagePayload, success: CallPreview }).annotate(
      OpenApi.Summary,
      "What a picture would cost, and what the policies would do now"
    ),
    HttpApiEndpoint.get("bytes", "/v1/images/:id", {
      params: { id: JobId },
      headers: pictureHeaders,
      success: HttpApiSchema.StreamUint8Array({ contentType: ["image/png", "image/jpeg", "image/webp"] })
    }).annotate(OpenApi.Summary, "The bytes of a picture: `ETag`, `Range`, `If-None-Match`")
  )
  .middleware(MayUse)
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Images", description: "Pictures, and their bytes" }))
