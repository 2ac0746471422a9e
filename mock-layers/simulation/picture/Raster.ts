/**
 * A picture in memory, before it is encoded.
 */

/** **Units** `width` and `height` in pixels; `rgba` four bytes a pixel, row by row from the top, fully opaque. */
export interface Raster {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

/** Red, green and blue. **Units** 0 to 255 each. */
export type Colour = readonly [number, number, number]

/** The colour of a six digit hexadecimal text, as `f4a261`. */
export const hex = (text: string): Colour => {
  const value = Number.parseInt(text, 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

/** The colour between two: `ratio` 0 gives the first, 1 the second. */
export const mix = (from: Colour, to: Colour, ratio: number): Colour => [
  from[0] + (to[0] - from[0]) * ratio,
  from[1] + (to[1] - from[1]) * ratio,
  from[2] + (to[2] - from[2]) * ratio
]
