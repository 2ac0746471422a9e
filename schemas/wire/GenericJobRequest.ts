/**
 * What the plain job API is asked with: the body of `POST /generate`.
 *
 * It is our own image request as it stands, fields nested under `parameters`; `format` is kept there too. What the
 * caller left open is left out, and the provider's own default applies.
 *
 * **Source** none in public: the plain job API of `api.nanobanana.com`, which nobody documents. Unconfirmed.
 */
import * as Schema from "effect/Schema"
import { ImageFormat, ImageQuality } from "../Image.ts"

/** **Units** `width` and `height` in pixels, given together or not at all. */
export const GenericJobRequest = Schema.Struct({
  prompt: Schema.String,
  parameters: Schema.optionalKey(
    Schema.Struct({
      width: Schema.optionalKey(Schema.Int),
      height: Schema.optionalKey(Schema.Int),
      style: Schema.optionalKey(Schema.String),
      quality: Schema.optionalKey(ImageQuality),
      format: Schema.optionalKey(ImageFormat)
    })
  )
})
export interface GenericJobRequest extends Schema.Schema.Type<typeof GenericJobRequest> {}
