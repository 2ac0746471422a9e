/**
 * The whole job: a prompt becomes an enhanced prompt becomes a picture.
 */
import * as Schema from "effect/Schema"
import { Enhancement, EnhancementMode, EnhancementParameters, Prompt } from "./Enhancement.ts"
import { CallId } from "./Identifiers.ts"
import { GeneratedImage, ImageParameters } from "./Image.ts"
import { Cost } from "./Money.ts"

/** A prompt to be illustrated. `enhance: false` sends it as it stands. */
export const IllustrationRequest = Schema.Struct({
  prompt: Prompt,
  enhance: Schema.optionalKey(Schema.Boolean),
  mode: Schema.optionalKey(EnhancementMode),
  enhancement: Schema.optionalKey(EnhancementParameters),
  image: Schema.optionalKey(ImageParameters)
})
export interface IllustrationRequest extends Schema.Schema.Type<typeof IllustrationRequest> {}

/**
 * A prompt illustrated.
 *
 * **Details** `enhanced` is `null` only where no enhancement was asked for. Where enhancing failed it holds what stood in
 * (the local template, or the prompt as it was) with the provenance `Degraded`.
 */
export const Illustration = Schema.Struct({
  callId: CallId,
  prompt: Schema.String,
  enhanced: Schema.NullOr(Enhancement),
  generated: GeneratedImage,
  isSimulated: Schema.Boolean,
  cost: Cost,
  attempts: Schema.Int,
  elapsed: Schema.Duration
})
export interface Illustration extends Schema.Schema.Type<typeof Illustration> {}
