/**
 * Writes a lossless WebP file: one predictor (the pixel to the left) for the whole picture, then Huffman codes.
 *
 * It leaves out what only makes files smaller: back references, colour cache, several code groups.
 *
 * **Source** "WebP Lossless Bitstream Specification" and "WebP Container Specification", developers.google.com/speed/webp/docs.
 */
import { type HuffmanCode, huffmanCode } from "./HuffmanCode.ts"
import type { Raster } from "./Raster.ts"

const predictLeft = 1
const largestBlockBits = 9
const greenSymbols = 256 + 24

/** The file. **Units** width and height at most 16 384. */
export const encodeWebp = (raster: Raster): Uint8Array => {
  const { width, height } = raster
  const residuals = differences(raster)
  const writer = new BitWriter(width * height * 4 + 4096)
  writer.write(0x2f, 8)
  writer.write(width - 1, 14)
  writer.write(height - 1, 14)
  writer.write(0, 4)
  writer.write(1, 1)
  writer.write(0, 2)
  writer.write(largestBlockBits - 2, 3)
  writer.write(0, 1)
  for (const symbol of [predictLeft, 0, 0, 255, 0]) writeSingle(writer, symbol)
  writer.write(0, 1)
  writer.write(0, 1)
  writer.write(0, 1)
  const [red, green, blue] = [0, 1, 2].map((channel) => huffmanCode(countsOf(residuals, channel))) as [
    HuffmanCode,
    HuffmanCode,
    HuffmanCode
  ]
  writeCode(writer, green, greenSymbols)
  writeCode(writer, red, 256)
  writeCode(writer, blue, 256)
  writeSingle(writer, 0)
  writeSingle(writer, 0)
  for (let source = 0; source < residuals.length; source += 3) {
    writeSymbol(writer, green, residuals[source + 1] ?? 0)
    writeSymbol(writer, red, residuals[source] ?? 0)
    writeSymbol(writer, blue, residuals[source + 2] ?? 0)
  }
  return inContainer(writer.bytes())
}

/** Each channel less that of the pixel to the left; the first of a row less that above it, the first of all as it is. */
const differences = ({ width, height, rgba }: Raster): Uint8Array => {
  const result = new Uint8Array(width * height * 3)
  let target = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = (y * width + x) * 4
      const before = x > 0 ? source - 4 : source - width * 4
      for (let channel = 0; channel < 3; channel++) {
        result[target++] = (rgba[source + channel] ?? 0) - (rgba[before + channel] ?? 0)
      }
    }
  }
  return result
}

const countsOf = (residuals: Uint8Array, channel: number): ReadonlyArray<number> => {
  const counts = Array.from({ length: 256 }, () => 0)
  for (let index = channel; index < residuals.length; index += 3) {
    const value = residuals[index] ?? 0
    counts[value] = (counts[value] ?? 0) + 1
  }
  return counts
}

const writeSymbol = (writer: BitWriter, code: HuffmanCode, symbol: number): void =>
  writer.write(code.bits[symbol] ?? 0, code.lengths[symbol] ?? 0)

/** A code with one symbol, which then takes no bits at all. */
const writeSingle = (writer: BitWriter, symbol: number): void => {
  writer.write(1, 1)
  writer.write(0, 1)
  writer.write(1, 1)
  writer.write(symbol, 8)
}

/**
 * A code as the list of its lengths. The lengths 0 to 15 are themselves written in four bits each: a code for lengths in
 * which these sixteen have length 4 and the run symbols are not used.
 */
const writeCode = (writer: BitWriter, code: HuffmanCode, alphabet: number): void => {
  if (code.only !== undefined) return writeSingle(writer, code.only)
  writer.write(0, 1)
  writer.write(15, 4)
  for (const symbol of [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]) {
    writer.write(symbol < 16 ? 4 : 0, 3)
  }
  writer.write(0, 1)
  for (let symbol = 0; symbol < alphabet; symbol++) {
    const length = code.lengths[symbol] ?? 0
    writer.write(((length & 1) << 3) | ((length & 2) << 1) | ((length & 4) >> 1) | ((length & 8) >> 3), 4)
  }
}

const inContainer = (bitstream: Uint8Array): Uint8Array => {
  const padded = bitstream.length + (bitstream.length % 2)
  const file = Buffer.alloc(20 + padded)
  file.write("RIFF", 0, "latin1")
  file.writeUInt32LE(12 + padded, 4)
  file.write("WEBPVP8L", 8, "latin1")
  file.writeUInt32LE(bitstream.length, 16)
  file.set(bitstream, 20)
  return file
}

/** Bits into bytes, the least significant first. */
class BitWriter {
  readonly #target: Uint8Array
  #length = 0
  #pending = 0
  #pendingBits = 0

  constructor(capacityBytes: number) {
    this.#target = new Uint8Array(capacityBytes)
  }

  /** Writes the lowest `count` bits of `value`. **Units** `count` 0 to 16. */
  write(value: number, count: number): void {
    this.#pending |= value << this.#pendingBits
    this.#pendingBits += count
    while (this.#pendingBits >= 8) {
      this.#target[this.#length++] = this.#pending & 255
      this.#pending >>>= 8
      this.#pendingBits -= 8
    }
  }

  bytes(): Uint8Array {
    if (this.#pendingBits > 0) this.#target[this.#length++] = this.#pending & 255
    this.#pendingBits = 0
    return this.#target.slice(0, this.#length)
  }
}
