/**
 * What a file's first bytes say it is: format, width, height. Pure, and made for hostile bytes: it never throws, and
 * asks nobody's opinion (extension, content type) but the bytes'.
 *
 * PNG, JPEG and WebP only. That the rest of the file can be drawn is not decided here.
 *
 * **Source** signatures: PNG (W3C, third edition, 5.2), JPEG (ITU-T T.81, B.1.1), WebP (RFC 9649, 2.4).
 */
import * as Result from "effect/Result"
import { JPG } from "image-size/types/jpg"
import { PNG } from "image-size/types/png"
import { WEBP } from "image-size/types/webp"
import type { ImageFormat, StoredImage } from "../../schemas/Image.ts"
import type { ImageRejected } from "../../schemas/Reason.ts"

/** The most a picture may have. **Units** pixels, width times height. */
export const maximumImagePixels = 64_000_000

/** How much of a file's beginning is looked at; dimensions that come later are not found. **Units** bytes. */
export const imageHeadBytes = 1_048_576

/** What a picture is. **Units** pixels. */
export type ImageIdentity = Pick<StoredImage, "format" | "width" | "height">

/**
 * Identifies a picture by its first bytes (all of it, or `imageHeadBytes`).
 *
 * **Errors** `ImageRejected`: `NotAnImage` for every other format, for bytes that break off before the dimensions, and
 * for a width or height of 0; `TooManyPixels` above `maximumImagePixels`. Fetching the same bytes again does not help.
 */
export const identifyImage = (head: Uint8Array): Result.Result<ImageIdentity, typeof ImageRejected.Type> => {
  const format = sniff(head)
  if (format === undefined) return rejected("NotAnImage", "the bytes begin like no PNG, JPEG or WebP")
  const size = measure(format, head)
  if (size === undefined) return rejected("NotAnImage", `the ${format} has no readable dimensions`)
  if (size.width * size.height > maximumImagePixels) {
    return rejected("TooManyPixels", `${size.width} x ${size.height} pixels, at most ${maximumImagePixels} are kept`)
  }
  return Result.succeed({ format, width: size.width, height: size.height })
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const jpegSignature = [0xff, 0xd8, 0xff]
const riff = [0x52, 0x49, 0x46, 0x46]
const webp = [0x57, 0x45, 0x42, 0x50]

const sniff = (head: Uint8Array): ImageFormat | undefined => {
  const hasAt = (signature: ReadonlyArray<number>, offset: number): boolean =>
    signature.every((byte, index) => head[offset + index] === byte)
  if (hasAt(pngSignature, 0)) return "png"
  if (hasAt(jpegSignature, 0)) return "jpeg"
  return hasAt(riff, 0) && hasAt(webp, 8) ? "webp" : undefined
}

const readers = { png: PNG, jpeg: JPG, webp: WEBP } as const

const measure = (format: ImageFormat, head: Uint8Array): { width: number; height: number } | undefined => {
  try {
    // The readers look past the end of a view into the buffer behind it, so they get a buffer of the right length.
    const bytes = new Uint8Array(head.subarray(0, imageHeadBytes))
    if (!readers[format].validate(bytes)) return undefined
    const { width, height } = readers[format].calculate(bytes)
    return isSide(width) && isSide(height) ? { width, height } : undefined
  } catch {
    return undefined
  }
}

const isSide = (pixels: number): boolean => Number.isSafeInteger(pixels) && pixels > 0

const rejected = (problem: "NotAnImage" | "TooManyPixels", detail: string) =>
  Result.fail({ _tag: "ImageRejected", problem, detail } as const)
