/**
 * What was made, as it is answered over HTTP: everything the library says of a result, and a link to the picture in place of the
 * path of its file.
 */
import * as Schema from "effect/Schema"
import { Enhancement } from "../Enhancement.ts"
import { CallId, JobId, ProviderJobId } from "../Identifiers.ts"
import { Deviation, ImageFormat } from "../Image.ts"
import { Cost } from "../Money.ts"
import { Provenance } from "../Provenance.ts"
import { ImageProtocolName } from "../Provider.ts"

/** A stored picture. **Units** `bytes`, and pixels; `url` is a path of this server. */
export const PictureLink = Schema.Struct({
  url: Schema.String,
  sha256: Schema.String,
  bytes: Schema.Int,
  width: Schema.Int,
  height: Schema.Int,
  format: ImageFormat
})
export interface PictureLink extends Schema.Schema.Type<typeof PictureLink> {}

/** A picture made. */
export const ImageAnswer = Schema.Struct({
  callId: CallId,
  jobId: JobId,
  providerJobId: ProviderJobId,
  protocol: ImageProtocolName,
  model: Schema.String,
  image: PictureLink,
  deviations: Schema.Array(Deviation),
  provenance: Provenance,
  isSimulated: Schema.Boolean,
  cost: Cost,
  attempts: Schema.Int
})
export interface ImageAnswer extends Schema.Schema.Type<typeof ImageAnswer> {}

/** A prompt rewritten. */
export const EnhancementAnswer = Enhancement
export type EnhancementAnswer = Enhancement

/** A prompt illustrated. `enhanced` is `null` only where no enhancement was asked for. **Units** milliseconds. */
export const IllustrationAnswer = Schema.Struct({
  callId: CallId,
  prompt: Schema.String,
  enhanced: Schema.NullOr(EnhancementAnswer),
  generated: ImageAnswer,
  isSimulated: Schema.Boolean,
  cost: Cost,
  attempts: Schema.Int,
  elapsedMillis: Schema.Int
})
export interface IllustrationAnswer extends Schema.Schema.Type<typeof IllustrationAnswer> {}
