/**
 * What nanobananaapi.ai is asked with: the JSON bodies of its three submit endpoints, in the vendor's own names.
 *
 * Left out on purpose: `imageUrls` with pictures in it and `IMAGETOIAMGE` (no reference images yet), `watermark` (two
 * spellings in use), `googleSearch`, and `callBackUrl`: we have no public address, and naming a foreign one would hand
 * the picture to a stranger. `POST /generate` documents `callBackUrl` as required while public clients omit it;
 * whether it is enforced is UNCONFIRMED. If it is, the answer is a refusal and nothing is paid.
 *
 * **Source** docs.nanobananaapi.ai: nanobanana-api/generate-or-edit-image, generate-image-2; `/generate-pro` from public
 * clients that name nanobanana-api/generate-image-pro. Read 2026-11-23.
 */
import * as Schema from "effect/Schema"

/** The aspect ratios of Nano Banana and Nano Banana Pro. */
export const NanoBananaAspectRatio = Schema.Literals([
  "1:1",
  "9:16",
  "16:9",
  "3:4",
  "4:3",
  "3:2",
  "2:3",
  "5:4",
  "4:5",
  "21:9"
])
export type NanoBananaAspectRatio = typeof NanoBananaAspectRatio.Type

/** The aspect ratios of Nano Banana 2, without `auto`. */
export const NanoBanana2AspectRatio = Schema.Literals([
  "1:1",
  "1:4",
  "1:8",
  "2:3",
  "3:2",
  "3:4",
  "4:1",
  "4:3",
  "4:5",
  "5:4",
  "8:1",
  "9:16",
  "16:9",
  "21:9"
])
export type NanoBanana2AspectRatio = typeof NanoBanana2AspectRatio.Type

/** How large a picture is: 1024, 2048 or 4096 pixels on its longest side, roughly. */
export const NanoBananaResolution = Schema.Literals(["1K", "2K", "4K"])
export type NanoBananaResolution = typeof NanoBananaResolution.Type

/**
 * The body of `POST /generate`. `TEXTTOIAMGE` is the real wire value; `image_size` is an aspect ratio despite its name;
 * `numImages` is always 1, because how several pictures come back is not documented.
 */
export const NanoBananaApiGenerate = Schema.Struct({
  prompt: Schema.String,
  type: Schema.Literal("TEXTTOIAMGE"),
  numImages: Schema.Literal(1),
  image_size: NanoBananaAspectRatio
})
export interface NanoBananaApiGenerate extends Schema.Schema.Type<typeof NanoBananaApiGenerate> {}

/** The body of `POST /generate-2`. An empty `imageUrls` asks for text to image; `outputFormat` is `jpg` if not given. */
export const NanoBananaApiGenerate2 = Schema.Struct({
  prompt: Schema.String,
  imageUrls: Schema.Tuple([]),
  aspectRatio: NanoBanana2AspectRatio,
  resolution: NanoBananaResolution,
  outputFormat: Schema.optionalKey(Schema.Literals(["png", "jpg"]))
})
export interface NanoBananaApiGenerate2 extends Schema.Schema.Type<typeof NanoBananaApiGenerate2> {}

/** The body of `POST /generate-pro`. */
export const NanoBananaApiGeneratePro = Schema.Struct({
  prompt: Schema.String,
  aspectRatio: NanoBananaAspectRatio,
  resolution: NanoBananaResolution
})
export interface NanoBananaApiGeneratePro extends Schema.Schema.Type<typeof NanoBananaApiGeneratePro> {}
