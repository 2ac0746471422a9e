/**
 * The file of a simulated picture: painted from the hash of its prompt, marked as simulated, encoded. The same prompt,
 * size and format give the same bytes. The last few files are kept, because clients fetch a result more than once.
 */
import { hash } from "node:crypto"
import jpeg from "jpeg-js"
import type { ImageFormat, Size } from "../../../schemas/Image.ts"
import { encodePng } from "./EncodePng.ts"
import { encodeWebp } from "./EncodeWebp.ts"
import { markAsSimulated } from "./Mark.ts"
import { paint } from "./Paint.ts"
import type { Raster } from "./Raster.ts"
import { sceneOf } from "./Scene.ts"

/** A picture to be drawn. **Units** `size` in pixels. */
export interface PictureRequest {
  readonly prompt: string
  readonly size: Size
  readonly format: ImageFormat
}

const jpegQuality = 88
const keptFiles = 8
const files = new Map<string, Uint8Array>()

/** The file. Synchronous: about a tenth of a second for a million pixels. */
export const pictureFile = ({ format, prompt, size }: PictureRequest): Uint8Array => {
  const promptHash = hash("sha256", prompt)
  const name = `${promptHash}/${size.width}x${size.height}/${format}`
  const kept = files.get(name)
  if (kept !== undefined) return kept
  const raster = paint(sceneOf(promptHash), size.width, size.height)
  markAsSimulated(raster)
  const file = encode(raster, format)
  files.set(name, file)
  const [oldest] = files.keys()
  if (files.size > keptFiles && oldest !== undefined) files.delete(oldest)
  return file
}

const encode = (raster: Raster, format: ImageFormat): Uint8Array => {
  switch (format) {
    case "png":
      return encodePng(raster)
    case "jpeg":
      return jpeg.encode({ data: raster.rgba, width: raster.width, height: raster.height }, jpegQuality).data
    case "webp":
      return encodeWebp(raster)
  }
}
