/**
 * The aspect ratio that comes nearest to a size, for protocols that take a ratio instead of pixels. Pure.
 */
import type { Size } from "../../../schemas/Image.ts"

/** Width to height as the wire says it: `16:9`. */
export type AspectRatio = `${number}:${number}`

/**
 * How far apart a size and a ratio are: the absolute difference of the logarithms, so that twice as wide and twice as
 * high are equally far. **Units** none, 0 and up.
 */
export const ratioDistance = (size: Size, ratio: AspectRatio): number => {
  const [width, height] = ratio.split(":").map(Number) as [number, number]
  return Math.abs(Math.log(size.width / size.height) - Math.log(width / height))
}

/** The nearest of the ratios; of two that are equally near the first. */
export const nearestRatio = <R extends AspectRatio>(size: Size, ratios: readonly [R, ...Array<R>]): R =>
  ratios.reduce((nearest, ratio) => (ratioDistance(size, ratio) < ratioDistance(size, nearest) ? ratio : nearest))
