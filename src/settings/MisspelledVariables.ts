/**
 * Variables that begin as ours do and are none of ours, but nearly: whoever wrote one has set nothing. Pure.
 */
import { nearestOf } from "./NearestName.ts"
import { settingPaths, settingVariables, wideVariables } from "./Variables.ts"

/** How our variables begin; others are nobody's business here. */
export const variablePrefixes = ["DEEPSEEK", "NANOBANANA", "LUDENG", "MOCK"] as const

/** A variable that is set and read by nobody, and the one that may be meant. */
export interface MisspelledVariable {
  readonly name: string
  readonly meant: string
}

const known: ReadonlyArray<string> = [
  ...[...settingPaths.map((path) => settingVariables[path]), ...wideVariables].map((it) => it.name),
  "LUDENG_CONFIG",
  "MOCK_FAILURE_RATE",
  "MOCK_LATENCY",
  "MOCK_SCENARIO",
  "MOCK_SEED"
]

/** Those of the names that are nearly one of ours, in order. */
export const misspelledVariables = (names: Iterable<string>): ReadonlyArray<MisspelledVariable> =>
  [...names].toSorted().flatMap((name) => {
    if (known.includes(name) || !variablePrefixes.some((prefix) => name.startsWith(`${prefix}_`))) return []
    const meant = nearestOf(name, known)
    return meant === undefined ? [] : [{ name, meant }]
  })
