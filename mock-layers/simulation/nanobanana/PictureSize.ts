/**
 * How many pixels the simulated models draw. No documentation of nanobananaapi.ai says it, so the rule is the simulator's
 * own: a tier of n has about n x n pixels, whatever the ratio, each side a multiple of 16.
 *
 * | ratio | 1K        | 2K        | 4K        |
 * | ----- | --------- | --------- | --------- |
 * | 1:1   | 1024x1024 | 2048x2048 | 4096x4096 |
 * | 4:3   | 1184x880  | 2368x1776 | 4736x3552 |
 * | 3:2   | 1248x832  | 2512x1680 | 5024x3344 |
 * | 16:9  | 1360x768  | 2736x1536 | 5456x3072 |
 * | 21:9  | 1568x672  | 3136x1344 | 6256x2688 |
 */
import type { Size } from "../../../schemas/Image.ts"

const sides: Readonly<Record<string, number>> = { "1K": 1024, "2K": 2048, "4K": 4096 }

/** The size of a picture at a ratio (`16:9`; `auto` is square) and a tier (`1K`, `2K`, `4K`). **Units** pixels. */
export const pictureSize = (ratio: string, tier: string): Size => {
  const [width = 1, height = 1] = ratio === "auto" ? [1, 1] : ratio.split(":").map(Number)
  const side = sides[tier] ?? 1024
  return { width: sixteens(side * Math.sqrt(width / height)), height: sixteens(side * Math.sqrt(height / width)) }
}

const sixteens = (pixels: number): number => Math.round(pixels / 16) * 16
