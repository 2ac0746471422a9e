/**
 * `POST /v1/enhancements`: a prompt is rewritten.
 */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { EnhancementRequest } from "../Enhancement.ts"
import { CallPreview } from "../Preview.ts"
import { CallWishes } from "./CallWishes.ts"
import { Authorization, MayUse } from "./Middleware.ts"
import { EnhancementAnswer } from "./Results.ts"

/** What is asked for. **Units** `maximumCharacters` 1 to 20 000, default 4000. */
export const EnhancementPayload = Schema.Struct({
  ...EnhancementRequest.fields,
  maximumCharacters: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20_000 })).annotate({
      expected: "a whole number from 1 to 20000"
    })
  ),
  options: Schema.optionalKey(CallWishes)
})

/** The group. */
export const enhancementsGroup = HttpApiGroup.make("enhancements")
  .add(
    HttpApiEndpoint.post("create", "/v1/enhancements", {
      payload: EnhancementPayload,
      success: EnhancementAnswer
    }).annotate(OpenApi.Summary, "Rewrite a prompt"),
    HttpApiEndpoint.post("preview", "/v1/enhancements/preview", {
      payload: EnhancementPayload,
      success: CallPreview
    }).annotate(OpenApi.Summary, "What a rewriting would cost, and what the policies would do now")
  )
  .middleware(MayUse)
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Enhancements", description: "Prompts are rewritten" }))
