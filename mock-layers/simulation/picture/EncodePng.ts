/**
 * Writes a PNG file: 8 bits a channel, true colour, no alpha.
 *
 * **Source** PNG specification, third edition (W3C, 2025), sections 5, 9 and 10.
 */
import { crc32, deflateSync } from "node:zlib"
import type { Raster } from "./Raster.ts"

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const trueColour = 2
const filterSub = 1

/** The file. */
export const encodePng = (raster: Raster): Uint8Array => {
  const header = new DataView(new ArrayBuffer(13))
  header.setUint32(0, raster.width)
  header.setUint32(4, raster.height)
  header.setUint8(8, 8)
  header.setUint8(9, trueColour)
  return Buffer.concat([
    signature,
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", deflateSync(filtered(raster), { level: 4 })),
    chunk("IEND", new Uint8Array(0))
  ])
}

const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const bytes = Buffer.alloc(data.length + 12)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, "latin1")
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

/** Each byte as the difference to the same channel of the pixel before it. */
const filtered = ({ width, height, rgba }: Raster): Uint8Array => {
  const rows = new Uint8Array(height * (width * 3 + 1))
  let target = 0
  let source = 0
  for (let y = 0; y < height; y++) {
    rows[target++] = filterSub
    let red = 0
    let green = 0
    let blue = 0
    for (let x = 0; x < width; x++, source += 4) {
      const nextRed = rgba[source] ?? 0
      const nextGreen = rgba[source + 1] ?? 0
      const nextBlue = rgba[source + 2] ?? 0
      rows[target++] = nextRed - red
      rows[target++] = nextGreen - green
      rows[target++] = nextBlue - blue
      red = nextRed
      green = nextGreen
      blue = nextBlue
    }
  }
  return rows
}
