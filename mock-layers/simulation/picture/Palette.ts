/**
 * The colours of a scene: chosen by hand, so that no hash makes an ugly picture.
 */
import { type Colour, hex } from "./Raster.ts"

/** `sky` from the zenith to the horizon; `far` and `near` of the hills; `light` of the sun or the moon. */
export interface Palette {
  readonly sky: readonly [Colour, Colour, Colour]
  readonly far: Colour
  readonly near: Colour
  readonly light: Colour
  readonly isNight: boolean
}

const palette = (
  sky: readonly [string, string, string],
  far: string,
  near: string,
  light: string,
  isNight = false
): Palette => ({
  sky: [hex(sky[0]), hex(sky[1]), hex(sky[2])],
  far: hex(far),
  near: hex(near),
  light: hex(light),
  isNight
})

/** All of them. */
export const palettes: readonly [Palette, ...ReadonlyArray<Palette>] = [
  palette(["2b2d5b", "b5657b", "ffcf9c"], "c98a8d", "221c35", "fff1c9"),
  palette(["3a7ca5", "9fcbd9", "fbe8c8"], "9db9bd", "1d3b3a", "fffaf0"),
  palette(["0b1030", "1f2f5f", "5b6fa3"], "4a5c8c", "070b1c", "f3f5ff", true),
  palette(["254b62", "e07a5f", "f4d58d"], "b0716a", "231f2e", "fff3d0"),
  palette(["5a7d9a", "b9cfd6", "eef2ee"], "b3c2c6", "2c4250", "ffffff"),
  palette(["1f4e5f", "79a8a9", "f4f1de"], "86a9a0", "16302b", "fff8e1"),
  palette(["3d1e4f", "8d3b72", "f29e8e"], "8f5073", "1c1027", "ffd9b8"),
  palette(["0a1f2b", "14505c", "4fa095"], "2f7478", "04141a", "e5fff4", true),
  palette(["7a9e9f", "d8e2dc", "ffe5d9"], "c9b7ad", "4a4e4d", "fffdf7"),
  palette(["264653", "e9c46a", "f6e7b8"], "c9a66b", "2b2a26", "fffbe6")
]
