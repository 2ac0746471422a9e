/**
 * What is to be seen on a picture, decided from the prompt's hash alone: a sky, a sun or a moon, hills that fade into the
 * distance, now and then a lake or a wood. How it becomes pixels is told in `Paint.ts`.
 */
import { chanceOf, drawInt, drawOne } from "../SeededRandom.ts"
import { type Palette, palettes } from "./Palette.ts"
import type { Ridge } from "./Terrain.ts"

/** **Units** places and sizes are ratios of the scene's width (`x`) or height (everything else), from the top left. */
export interface Scene {
  readonly seed: string
  readonly palette: Palette
  readonly light: { readonly x: number; readonly y: number; readonly radius: number }
  /** From the farthest to the nearest. */
  readonly ridges: ReadonlyArray<Ridge>
  /** Where a lake begins that mirrors what is above it; 1 where there is none. */
  readonly shore: number
  /** How much cloud there is, 0 to 1. */
  readonly clouds: number
}

/** The scene of a hash. */
export const sceneOf = (hash: string): Scene => {
  const chance = chanceOf(hash, "scene")
  const layers = drawInt(chance, "layers", 4, 6)
  const hasLake = chance("lake") < 0.45
  const shore = hasLake ? 0.7 + 0.08 * chance("shore") : 1
  const horizon = hasLake ? shore - 0.2 : 0.52 + 0.1 * chance("horizon")
  const foot = hasLake ? shore - 0.015 : 0.9
  const roughness = chance("roughness")
  return {
    seed: hash,
    palette: drawOne(chance, "palette", palettes),
    light: {
      x: 0.2 + 0.6 * chance("light/x"),
      y: horizon - 0.12 - 0.22 * chance("light/y"),
      radius: 0.035 + 0.035 * chance("light/radius")
    },
    ridges: Array.from({ length: layers }, (_, index) => {
      const nearness = index / (layers - 1)
      return {
        base: horizon + (foot - horizon) * nearness ** 1.2,
        relief: (hasLake ? 0.1 : 0.13) * (1 - 0.62 * nearness) * (0.8 + 0.5 * chance(`relief/${index}`)),
        frequency: 1.5 + 1.6 * nearness + chance(`frequency/${index}`),
        roughness: roughness * (1 - 0.35 * nearness),
        wood: nearness > 0.55 && chance("wood") < 0.7 ? 0.35 + 0.6 * chance(`wood/${index}`) : 0
      }
    }),
    shore,
    clouds: chance("clouds")
  }
}
