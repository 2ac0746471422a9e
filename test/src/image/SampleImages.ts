/**
 * Small real pictures and hostile ones.
 */
import { crc32, deflateSync } from "node:zlib"

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

const bytesOf = (size: number, value: number, isLittleEndian = false): Uint8Array => {
  const bytes = Array.from({ length: size }, (_, index) => Math.floor(value / 256 ** index) % 256)
  return Uint8Array.from(isLittleEndian ? bytes : bytes.toReversed())
}

export const join = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat(parts))

const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const named = join(text(type), data)
  return join(bytesOf(4, data.length), named, bytesOf(4, crc32(named)))
}

/** A grey PNG of one bit a pixel; `shade` makes pictures of one size differ. */
export const png = (width: number, height: number, shade = 0): Uint8Array => {
  const row = new Uint8Array(1 + Math.ceil(Math.min(width, 64) / 8)).fill(shade, 1)
  const pixels = join(...Array.from({ length: Math.min(height, 64) }, () => row))
  return join(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", join(bytesOf(4, width), bytesOf(4, height), Uint8Array.of(1, 0, 0, 0, 0))),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", new Uint8Array())
  )
}

/** The frame of a JPEG: application data, then a start of frame (baseline `0xc0`, progressive `0xc2`). */
export const jpeg = (width: number, height: number, frame = 0xc0, applicationBytes = 14): Uint8Array =>
  join(
    Uint8Array.of(0xff, 0xd8, 0xff, 0xe0),
    bytesOf(2, applicationBytes + 2),
    new Uint8Array(applicationBytes),
    Uint8Array.of(0xff, frame, 0, 17, 8),
    bytesOf(2, height),
    bytesOf(2, width),
    Uint8Array.of(3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1),
    Uint8Array.of(0xff, 0xd9)
  )

const webpOf = (kind: string, data: Uint8Array): Uint8Array =>
  join(text("RIFF"), bytesOf(4, data.length + 12, true), text("WEBP"), text(kind), bytesOf(4, data.length, true), data)

export const webp = {
  lossy: (width: number, height: number) =>
    webpOf("VP8 ", join(Uint8Array.of(0, 0, 0, 0x9d, 0x01, 0x2a), bytesOf(2, width, true), bytesOf(2, height, true))),
  lossless: (width: number, height: number) =>
    webpOf("VP8L", join(Uint8Array.of(0x2f), bytesOf(4, width - 1 + (height - 1) * 2 ** 14, true), new Uint8Array(5))),
  extended: (width: number, height: number) =>
    webpOf("VP8X", join(Uint8Array.of(0x10, 0, 0, 0), bytesOf(3, width - 1, true), bytesOf(3, height - 1, true)))
}

export const gif = join(text("GIF89a"), bytesOf(2, 8, true), bytesOf(2, 8, true), new Uint8Array(20))
export const html = text("<!doctype html><title>Not found</title>")
export const svg = text(`<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>`)
