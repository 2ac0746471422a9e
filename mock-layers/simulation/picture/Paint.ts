/**
 * Turns a scene into pixels, row by row: sky, then the hills from the farthest to the nearest, then the lake as a mirror.
 */
import { drawAt } from "../SeededRandom.ts"
import type { Palette } from "./Palette.ts"
import { type Colour, mix, type Raster } from "./Raster.ts"
import type { Scene } from "./Scene.ts"
import { fractalNoise, noiseSeedOf, outline } from "./Terrain.ts"

/** The picture of a scene. **Units** `width` and `height` in pixels. */
export const paint = (scene: Scene, width: number, height: number): Raster => {
  const raster = { width, height, rgba: new Uint8Array(width * height * 4).fill(255) }
  const dryRows = Math.min(height, Math.ceil(scene.shore * height))
  paintSky(raster, scene, dryRows)
  scene.ridges.forEach((ridge, index) => {
    const nearness = index / (scene.ridges.length - 1)
    const rows = outline(ridge, width, height, `${scene.seed}/ridge/${index}`)
    paintRidge(raster, rows, dryRows, mix(scene.palette.far, scene.palette.near, nearness ** 1.3), scene.palette)
  })
  paintLake(raster, scene, dryRows)
  return raster
}

const glowStrength = 0.55
/** **Units** radii of the light: how fast its glow fades, and where it is too faint to be seen. */
const glowWidth = 2.6
const glowReach = 6

const paintSky = (raster: Raster, scene: Scene, dryRows: number): void => {
  const { width, height, rgba } = raster
  const { light, palette } = scene
  const centreX = light.x * width
  const centreY = light.y * height
  const radius = light.radius * height
  const bands = cloudBands(scene, width, height)
  const reach = radius * (1 + glowReach * glowWidth)
  for (let y = 0; y < dryRows; y++) {
    const sky = skyColour(palette, y / (0.72 * height))
    const clouds = bands.filter((band) => y >= band.top && y <= band.bottom)
    for (let x = 0; x < width; x++) {
      const distance = Math.sqrt((x - centreX) ** 2 + (y - centreY) ** 2)
      let shine = 0
      if (distance < reach) {
        const glow = glowStrength * Math.exp(-Math.max(0, distance - radius) / (radius * glowWidth))
        shine = Math.max(clamp(radius - distance + 0.5), glow)
      }
      if (clouds.length > 0) {
        const cloud = densityAt(clouds, x, y)
        shine *= 1 - 0.5 * cloud
        shine += (1 - shine) * cloud * 0.5
      }
      put(rgba, (y * width + x) * 4, sky, palette.light, shine)
    }
  }
  if (palette.isNight) paintStars(raster, scene, dryRows)
}

const skyColour = (palette: Palette, depth: number): Colour =>
  depth < 0.5
    ? mix(palette.sky[0], palette.sky[1], depth * 2)
    : mix(palette.sky[1], palette.sky[2], Math.min(1, depth * 2 - 1))

/** A long thin cloud: by column its middle, its thickness and its density. **Units** pixels, density 0 to 1. */
interface CloudBand {
  readonly top: number
  readonly bottom: number
  readonly columns: ReadonlyArray<{ readonly middle: number; readonly thickness: number; readonly density: number }>
}

const cloudBands = (scene: Scene, width: number, height: number): ReadonlyArray<CloudBand> =>
  Array.from({ length: Math.round(scene.clouds * 5) }, (_, index) => {
    const seed = `${scene.seed}/cloud/${index}`
    const centre = (0.06 + 0.4 * drawAt(seed, "y")) * height
    const thickness = (0.008 + 0.022 * drawAt(seed, "thickness")) * height
    const densitySeed = noiseSeedOf(`${seed}/density`)
    const liftSeed = noiseSeedOf(`${seed}/lift`)
    const columns = Array.from({ length: width }, (_, x) => {
      const density = clamp((fractalNoise((x / height) * 1.6, 0.6, densitySeed) - 0.45) * 3.2)
      const lift = (fractalNoise((x / height) * 2.5, 0.5, liftSeed) - 0.5) * 0.04 * height
      return { middle: centre + lift, thickness: thickness * (0.2 + density), density }
    })
    const spread = 0.02 * height + 3 * 1.2 * thickness
    return { top: centre - spread, bottom: centre + spread, columns }
  })

/** How dense the clouds are at a pixel, 0 to 1. */
const densityAt = (bands: ReadonlyArray<CloudBand>, x: number, y: number): number => {
  let density = 0
  for (const band of bands) {
    const column = band.columns[x]
    if (column === undefined || column.density === 0) continue
    const away = (y - column.middle) / column.thickness
    if (away * away < 9) density = Math.max(density, column.density * Math.exp(-away * away))
  }
  return density
}

const paintStars = ({ width, height, rgba }: Raster, scene: Scene, dryRows: number): void => {
  const count = Math.round((240 * width) / height)
  const size = Math.max(1, Math.round(height / 700))
  for (let star = 0; star < count; star++) {
    const seed = `${scene.seed}/star/${star}`
    const x = Math.floor(drawAt(seed, "x") * (width - size))
    const y = Math.floor(drawAt(seed, "y") ** 1.2 * 0.55 * height)
    const brightness = 0.15 + 0.75 * drawAt(seed, "brightness") ** 3
    for (let row = y; row < Math.min(dryRows, y + size); row++) {
      for (let column = x; column < x + size; column++)
        blend(rgba, (row * width + column) * 4, scene.palette.light, brightness)
    }
  }
}

/** Mist lies at the foot of each layer: there it fades towards the colour of the horizon. */
const paintRidge = (
  { width, height, rgba }: Raster,
  rows: Float32Array,
  dryRows: number,
  colour: Colour,
  palette: Palette
): void => {
  const highest = Math.max(0, Math.floor(rows.reduce((left, right) => Math.min(left, right), height)) - 1)
  for (let y = highest; y < dryRows; y++) {
    const mist = clamp((y - highest) / (0.3 * height)) ** 1.5 * 0.3
    const shade = mix(colour, palette.sky[2], palette.isNight ? mist * 0.5 : mist)
    for (let x = 0; x < width; x++) {
      const row = rows[x] ?? 0
      if (y >= row + 2) {
        put(rgba, (y * width + x) * 4, shade, shade, 0)
        continue
      }
      if (y < row - 2) continue
      const slope = Math.abs((rows[Math.min(width - 1, x + 1)] ?? row) - (rows[Math.max(0, x - 1)] ?? row)) / 2
      const cover = clamp((y - row) / Math.max(1, Math.min(slope, 3)) + 0.5)
      if (cover > 0) blend(rgba, (y * width + x) * 4, shade, cover)
    }
  }
}

/** The mirror darkens and trembles with the distance to the shore. */
const paintLake = ({ width, height, rgba }: Raster, scene: Scene, dryRows: number): void => {
  for (let y = dryRows; y < height; y++) {
    const depth = (y - dryRows) / Math.max(1, height - dryRows)
    const wave = Math.sin(depth * 90 + Math.sin(depth * 23) * 3) * depth
    const mirrored = clampTo(dryRows - 1, Math.round(dryRows - 1 - (y - dryRows) * 1.15 - wave * height * 0.008))
    const tint = mix(scene.palette.sky[0], scene.palette.near, 0.35)
    const strength = 0.16 + 0.4 * depth + 0.05 * wave
    for (let x = 0; x < width; x++) {
      const source = (mirrored * width + x) * 4
      put(rgba, (y * width + x) * 4, [rgba[source] ?? 0, rgba[source + 1] ?? 0, rgba[source + 2] ?? 0], tint, strength)
    }
  }
}

const put = (rgba: Uint8Array, target: number, from: Colour, to: Colour, ratio: number): void => {
  rgba[target] = (from[0] + (to[0] - from[0]) * ratio + 0.5) | 0
  rgba[target + 1] = (from[1] + (to[1] - from[1]) * ratio + 0.5) | 0
  rgba[target + 2] = (from[2] + (to[2] - from[2]) * ratio + 0.5) | 0
}

const blend = (rgba: Uint8Array, target: number, colour: Colour, ratio: number): void => {
  for (let channel = 0; channel < 3; channel++) {
    const from = rgba[target + channel] ?? 0
    rgba[target + channel] = from + ((colour[channel] ?? 0) - from) * ratio + 0.5
  }
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value))
const clampTo = (maximum: number, value: number): number => Math.min(maximum, Math.max(0, value))
