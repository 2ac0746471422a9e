/**
 * Chance that can be repeated: a number is drawn from a seed and a name, and depends on nothing else.
 *
 * Draws are addressed, not taken in turn: what one request draws is the same whoever else is on the wire at the time.
 */

/** Draws a number in [0, 1) for a purpose. */
export type Chance = (purpose: string) => number

/**
 * A number in [0, 1), the same for the same seed and name.
 *
 * **Source** FNV-1a over the text (Fowler, Noll, Vo), then the 32-bit finaliser of MurmurHash3 (Appleby).
 */
export const drawAt = (seed: number | string, name: string): number => {
  let hash = 0x811c9dc5
  const text = `${seed}/${name}`
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return scrambled(hash)
}

/** A number in [0, 1) for a place on a line, quickly: for noise, of which a picture needs a lot. */
export const drawAtPlace = (seed: number, place: number): number => scrambled(Math.imul(seed + place, 0x9e3779b1))

const scrambled = (value: number): number => {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000
}

/** The draws of one seed and place. */
export const chanceOf =
  (seed: number | string, place: string): Chance =>
  (purpose) =>
    drawAt(seed, `${place}/${purpose}`)

/** A whole number from `minimum` to `maximum`, both included. */
export const drawInt = (chance: Chance, purpose: string, minimum: number, maximum: number): number =>
  minimum + Math.floor(chance(purpose) * (maximum - minimum + 1))

/** One of several; `choices` is not empty. */
export const drawOne = <A>(chance: Chance, purpose: string, choices: readonly [A, ...ReadonlyArray<A>]): A =>
  choices[Math.floor(chance(purpose) * choices.length)] ?? choices[0]

/** A number of the normal distribution with mean 0 and deviation 1. **Source** Box and Muller, 1958. */
export const drawNormal = (chance: Chance, purpose: string): number =>
  Math.sqrt(-2 * Math.log(1 - chance(`${purpose}/radius`))) * Math.cos(2 * Math.PI * chance(`${purpose}/angle`))

/** Hexadecimal digits. */
export const drawHex = (chance: Chance, purpose: string, digits: number): string => {
  let text = ""
  for (let index = 0; index < digits; index++) text += Math.floor(chance(`${purpose}/${index}`) * 16).toString(16)
  return text
}
