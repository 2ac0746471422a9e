import webp from "@cwasm/webp"
import { assert, describe, it } from "@effect/vitest"
import { imageSize } from "image-size"
import jpeg from "jpeg-js"
import { hash } from "node:crypto"
import { crc32, inflateSync } from "node:zlib"
import { encodePng } from "../../../../mock-layers/simulation/picture/EncodePng.ts"
import { encodeWebp } from "../../../../mock-layers/simulation/picture/EncodeWebp.ts"
import { huffmanCode, longestCode } from "../../../../mock-layers/simulation/picture/HuffmanCode.ts"
import { markAsSimulated } from "../../../../mock-layers/simulation/picture/Mark.ts"
import { pictureFile } from "../../../../mock-layers/simulation/picture/Picture.ts"
import type { Raster } from "../../../../mock-layers/simulation/picture/Raster.ts"
import { drawAt } from "../../../../mock-layers/simulation/SeededRandom.ts"

const raster = (
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number]
): Raster => {
  const rgba = new Uint8Array(width * height * 4).fill(255)
  for (let index = 0; index < width * height; index++)
    rgba.set(colour(index % width, Math.floor(index / width)), index * 4)
  return { width, height, rgba }
}

/** Reads what `encodePng` writes, by the specification: chunks with their sums, then filter "sub" in each row. */
const decodePng = (file: Uint8Array): Raster => {
  const bytes = Buffer.from(file)
  const data: Array<Buffer> = []
  let [width, height] = [0, 0]
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString("latin1", at + 4, at + 8)
    const content = bytes.subarray(at + 8, at + 8 + length)
    assert.strictEqual(bytes.readUInt32BE(at + 8 + length), crc32(bytes.subarray(at + 4, at + 8 + length)))
    if (type === "IHDR") [width, height] = [content.readUInt32BE(0), content.readUInt32BE(4)]
    if (type === "IDAT") data.push(content)
    at += length + 12
  }
  const rows = inflateSync(Buffer.concat(data))
  const stride = width * 3 + 1
  return raster(width, height, (x, y) => {
    assert.strictEqual(rows[y * stride], 1)
    const channel = (offset: number) => {
      let sum = 0
      for (let column = 0; column <= x; column++) sum += rows[y * stride + 1 + column * 3 + offset] ?? 0
      return sum & 255
    }
    return [channel(0), channel(1), channel(2)]
  })
}

const noisy = raster(61, 37, (x, y) => [drawAt(1, `${x}/${y}`) * 256, (x * 7 + y * 3) & 255, y < 3 ? 0 : 200])
const oneColour = raster(5, 4, () => [10, 20, 30])
const onePixel = raster(1, 1, () => [255, 0, 128])

describe("simulated pictures", () => {
  it("are files of the promised format and size", () => {
    for (const format of ["png", "jpeg", "webp"] as const) {
      const file = pictureFile({ prompt: "a red fox", size: { width: 200, height: 120 }, format })
      const { height, type, width } = imageSize(file)
      assert.deepStrictEqual([type, width, height], [format === "jpeg" ? "jpg" : format, 200, 120])
    }
  })

  it("come back from the encoders pixel by pixel", () => {
    for (const picture of [noisy, oneColour, onePixel]) {
      const decoded = webp.decode(encodeWebp(picture))
      assert.deepStrictEqual([decoded.width, decoded.height], [picture.width, picture.height])
      assert.deepStrictEqual(new Uint8Array(decoded.data), picture.rgba)
      assert.deepStrictEqual(decodePng(encodePng(picture)), picture)
    }
  })

  it("show the same scene in every format", () => {
    const size = { width: 160, height: 96 }
    const png = decodePng(pictureFile({ prompt: "hills", size, format: "png" }))
    const lossless = webp.decode(pictureFile({ prompt: "hills", size, format: "webp" }))
    assert.deepStrictEqual(new Uint8Array(lossless.data), png.rgba)
    const { data } = jpeg.decode(pictureFile({ prompt: "hills", size, format: "jpeg" }), { useTArray: true })
    const difference =
      data.reduce((sum, value, index) => sum + Math.abs(value - (png.rgba[index] ?? 0)), 0) / data.length
    assert.isBelow(difference, 4)
  })

  it("are the same for the same prompt and differ for another", () => {
    const size = { width: 96, height: 64 }
    const hashes = ["a", "a", "b"].map((prompt) => hash("sha256", pictureFile({ prompt, size, format: "png" })))
    assert.strictEqual(hashes[0], hashes[1])
    assert.notStrictEqual(hashes[0], hashes[2])
    // Nine other files push the first one out of the kept ones: it is drawn anew, and the same.
    for (let other = 0; other < 9; other++) pictureFile({ prompt: `other ${other}`, size, format: "png" })
    assert.strictEqual(hash("sha256", pictureFile({ prompt: "a", size, format: "png" })), hashes[0])
  })

  it("bear the mark at every size and shape", () => {
    for (const [width, height] of [
      [64, 64],
      [4096, 64],
      [64, 4096],
      [1024, 768]
    ] as const) {
      const plain = raster(width, height, () => [90, 160, 200])
      markAsSimulated(plain)
      const lit = plain.rgba.filter((value, index) => index % 4 === 0 && value === 244).length
      assert.isAbove(lit, 100)
    }
  })

  it("are drawn in many different scenes", () => {
    const size = { width: 48, height: 48 }
    const first = new Set(
      Array.from({ length: 40 }, (_, index) => hash("sha256", pictureFile({ prompt: `${index}`, size, format: "png" })))
    )
    assert.strictEqual(first.size, 40)
  })
})

describe("huffmanCode", () => {
  it("keeps codes within their bound, and complete, for the steepest counts", () => {
    const fibonacci = Array.from({ length: 40 }, () => 1)
    for (let index = 2; index < 40; index++)
      fibonacci[index] = (fibonacci[index - 1] ?? 1) + (fibonacci[index - 2] ?? 1)
    const { lengths, only } = huffmanCode(fibonacci)
    assert.isUndefined(only)
    assert.isAtMost(Math.max(...lengths), longestCode)
    assert.strictEqual(
      lengths.reduce((sum, length) => sum + 2 ** -length, 0),
      1
    )
  })

  it("names the one symbol of a flat channel", () => {
    assert.strictEqual(huffmanCode([0, 0, 9, 0]).only, 2)
    assert.strictEqual(huffmanCode([0, 0]).only, 0)
  })
})
