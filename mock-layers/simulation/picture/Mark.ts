/**
 * Marks a picture as simulated, so that nobody takes it for one that was paid for: a dark band with the word on it.
 */
import { isDotSet, letterHeight, widthOf } from "./BitmapFont.ts"
import type { Raster } from "./Raster.ts"

const word = "SIMULATED"

/** Draws the band over the lower edge, in place. The word always fits, from 64 pixels of width on. */
export const markAsSimulated = ({ width, height, rgba }: Raster): void => {
  const dot = Math.max(1, Math.floor(Math.min((width * 0.32) / widthOf(word), (height * 0.05) / letterHeight)))
  const bandHeight = Math.min(height, dot * (letterHeight + 8))
  const left = Math.floor((width - widthOf(word) * dot) / 2)
  const top = height - bandHeight + Math.floor((bandHeight - letterHeight * dot) / 2)
  for (let y = height - bandHeight; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isSet = x >= left && y >= top && isDotSet(word, Math.floor((x - left) / dot), Math.floor((y - top) / dot))
      const target = (y * width + x) * 4
      for (let channel = 0; channel < 3; channel++) {
        rgba[target + channel] = isSet ? 244 : (rgba[target + channel] ?? 0) * 0.38 + 10
      }
    }
  }
}
