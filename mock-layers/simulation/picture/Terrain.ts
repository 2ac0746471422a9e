/**
 * The outlines of hills: how high each layer of a scene stands at each column.
 */
import { type Chance, drawAt, drawAtPlace } from "../SeededRandom.ts"

/** One layer of hills. **Units** ratios of the scene's height, counted from the top. */
export interface Ridge {
  /** Where the outline lies on average. */
  readonly base: number
  /** How far it rises and falls. */
  readonly relief: number
  /** How many hills fit into a width equal to the scene's height. */
  readonly frequency: number
  /** From smooth dunes (0) to jagged rocks (1). */
  readonly roughness: number
  /** How much of it is wooded, 0 to 1. */
  readonly wood: number
}

/** The outline of a ridge over the columns of a scene. **Units** pixels from the top. */
export const outline = (ridge: Ridge, width: number, height: number, seed: string): Float32Array => {
  const rows = new Float32Array(width)
  const noiseSeed = noiseSeedOf(seed)
  for (let x = 0; x < width; x++) {
    const noise = fractalNoise((x / height) * ridge.frequency, ridge.roughness, noiseSeed)
    rows[x] = (ridge.base - ridge.relief * (noise - 0.5) * 2) * height
  }
  if (ridge.wood > 0) growTrees(rows, ridge.wood, height, (purpose) => drawAt(seed, purpose))
  return rows
}

/** The seed of a noise, from a name. */
export const noiseSeedOf = (name: string): number => Math.floor(drawAt(name, "noise") * 0x1_0000_0000)

const octaveDistance = 1_000_003

/** Noise from 0 to 1, in five octaves. **Source** value noise, as in Perlin's "An Image Synthesizer", 1985. */
export const fractalNoise = (position: number, roughness: number, seed: number): number => {
  let sum = 0
  let total = 0
  let amplitude = 1
  let frequency = 1
  for (let octave = 0; octave < 5; octave++) {
    sum += amplitude * valueNoise(position * frequency, seed + octave * octaveDistance)
    total += amplitude
    amplitude *= 0.22 + 0.3 * roughness
    frequency *= 2.1
  }
  return sum / total
}

const valueNoise = (position: number, seed: number): number => {
  const cell = Math.floor(position)
  const offset = position - cell
  const from = drawAtPlace(seed, cell)
  return from + (drawAtPlace(seed, cell + 1) - from) * offset * offset * (3 - 2 * offset)
}

const growTrees = (rows: Float32Array, wood: number, height: number, chance: Chance): void => {
  const spacing = height * 0.012
  const ground = rows.slice()
  for (let tree = 0; tree * spacing < rows.length; tree++) {
    if (chance(`tree/${tree}`) > wood) continue
    const centre = (tree + chance(`place/${tree}`)) * spacing
    const tall = height * (0.03 + 0.045 * chance(`size/${tree}`) ** 2)
    const half = tall * 0.2
    const root = ground[Math.min(rows.length - 1, Math.floor(centre))] ?? height
    for (let x = Math.max(0, Math.ceil(centre - half)); x < Math.min(rows.length, centre + half); x++) {
      const across = Math.abs(x - centre) / half
      const branch = 0.1 * Math.abs(((across * 4) % 1) - 0.5)
      rows[x] = Math.min(rows[x] ?? height, root + tall * 0.1 - tall * Math.max(0, 1 - across - branch) ** 1.15)
    }
  }
}
