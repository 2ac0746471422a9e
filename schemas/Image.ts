/**
 * Making a picture: what is asked for, what the protocol will be asked for, and what was stored.
 */
import * as Schema from "effect/Schema"
import { Fit } from "./CallOptions.ts"
import { Prompt } from "./Enhancement.ts"
import { CallId, JobId, ProviderJobId } from "./Identifiers.ts"
import { Cost } from "./Money.ts"
import { Provenance } from "./Provenance.ts"
import { ImageProtocolName } from "./Provider.ts"

/** How much work goes into a picture; protocols map it to a model and a resolution. */
export const ImageQuality = Schema.Literals(["low", "medium", "high"])
export type ImageQuality = typeof ImageQuality.Type

/** The file formats that can be asked for, and that are stored. */
export const ImageFormat = Schema.Literals(["png", "jpeg", "webp"])
export type ImageFormat = typeof ImageFormat.Type

const Pixels = Schema.Int.check(Schema.isBetween({ minimum: 64, maximum: 4096 })).annotate({
  expected: "a whole number of pixels from 64 to 4096"
})

/**
 * The finer wishes of a picture.
 *
 * **Units** `width` and `height` in pixels, 64 to 4096, default 1024; `style` 1 to 200 characters; `quality` default
 * `medium`; `format` default whatever the provider gives.
 */
export const ImageParameters = Schema.Struct({
  width: Schema.optionalKey(Pixels),
  height: Schema.optionalKey(Pixels),
  style: Schema.optionalKey(
    Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200)).annotate({ expected: "1 to 200 characters" })
  ),
  quality: Schema.optionalKey(ImageQuality),
  format: Schema.optionalKey(ImageFormat)
})
export interface ImageParameters extends Schema.Schema.Type<typeof ImageParameters> {}

/** A picture to be made. */
export const ImageRequest = Schema.Struct({ prompt: Prompt, parameters: Schema.optionalKey(ImageParameters) })
export interface ImageRequest extends Schema.Schema.Type<typeof ImageRequest> {}

/** Width and height. **Units** pixels. */
export const Size = Schema.Struct({ width: Schema.Int, height: Schema.Int })
export interface Size extends Schema.Schema.Type<typeof Size> {}

/** A wish that the protocol can not grant as it stands: what was asked, and what will be given instead. */
export const Deviation = Schema.Struct({
  field: Schema.Literals(["size", "format", "quality"]),
  asked: Schema.String,
  given: Schema.String
})
export interface Deviation extends Schema.Schema.Type<typeof Deviation> {}

/**
 * What a protocol will be asked for, decided before anything is paid: the prompt as it goes out (with the style worked
 * in where the protocol has no field for it), the model, and the wire fields of the chosen endpoint.
 */
export const ImagePlan = Schema.Struct({
  protocol: ImageProtocolName,
  path: Schema.String,
  model: Schema.String,
  resolution: Schema.String,
  body: Schema.Record(Schema.String, Schema.Json),
  promptCharacters: Schema.Int,
  deviations: Schema.Array(Deviation),
  fit: Fit
})
export interface ImagePlan extends Schema.Schema.Type<typeof ImagePlan> {}

/** A picture as it was stored. **Units** `bytes` is the file's size, `sha256` its hash in hex. */
export const StoredImage = Schema.Struct({
  path: Schema.String,
  sha256: Schema.String,
  bytes: Schema.Int,
  width: Schema.Int,
  height: Schema.Int,
  format: ImageFormat
})
export interface StoredImage extends Schema.Schema.Type<typeof StoredImage> {}

/**
 * A picture made and stored.
 *
 * **Details** `deviations` lists what was asked and what was given, from the bytes of the file and not from promises.
 * `attempts` counts the requests to the provider, polls and download included.
 */
export const GeneratedImage = Schema.Struct({
  callId: CallId,
  jobId: JobId,
  providerJobId: ProviderJobId,
  protocol: ImageProtocolName,
  model: Schema.String,
  image: StoredImage,
  deviations: Schema.Array(Deviation),
  provenance: Provenance,
  isSimulated: Schema.Boolean,
  cost: Cost,
  attempts: Schema.Int
})
export interface GeneratedImage extends Schema.Schema.Type<typeof GeneratedImage> {}
