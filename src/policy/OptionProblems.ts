/**
 * What is wrong with options that a program gives: checked where types can not be, because not every caller compiles.
 * Pure.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { SettingProblem } from "../../schemas/Settings.ts"

/** What one option must be: the test, and its words. */
export interface OptionRule {
  readonly isFit: (value: unknown) => boolean
  readonly expected: string
}

/** A whole number from `from`; `Infinity` too, where the option has a limit that may be none. */
export const countFrom = (from: number, mayBeUnlimited = false): OptionRule => ({
  isFit: (value) =>
    typeof value === "number" &&
    value >= from &&
    (Number.isSafeInteger(value) || (mayBeUnlimited && value === Number.POSITIVE_INFINITY)),
  expected: `a whole number from ${from}${mayBeUnlimited ? ", or Infinity" : ""}`
})

/** One of some words. */
export const oneOf = (words: ReadonlyArray<string>): OptionRule => ({
  isFit: (value) => words.some((word) => word === value),
  expected: words.join(" or ")
})

/** The length of an input that may be no duration at all. **Units** milliseconds; `undefined` where it can not be read. */
export const readMillis = (input: unknown): number | undefined => {
  const millis = Option.map(Duration.fromInput(input as Duration.Input), Duration.toMillis)
  return Option.isSome(millis) && !Number.isNaN(millis.value) ? millis.value : undefined
}

/** A duration of this length at least. **Units** milliseconds. */
export const durationFrom = (millis: number): OptionRule => ({
  isFit: (value) => (readMillis(value) ?? -1) >= millis,
  expected:
    millis === 0 ? "a duration such as 5 seconds" : `a duration such as 5 seconds, of ${millis} millisecond or more`
})

/** Whatever is given and known is left to somebody else to check. */
export const anything: OptionRule = { isFit: () => true, expected: "" }

/** The problems of options by their rules: options that do not exist, and those that are not what they must be. */
export const optionProblems = (
  options: unknown,
  rules: Readonly<Record<string, OptionRule>>
): ReadonlyArray<SettingProblem> => {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    return [{ name: "options", problem: "are no object", expected: `an object with ${Object.keys(rules).join(", ")}` }]
  }
  return Object.entries(options).flatMap(([name, value]): ReadonlyArray<SettingProblem> => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined) {
      return [{ name, problem: "there is no such option", expected: `one of ${Object.keys(rules).join(", ")}` }]
    }
    return value === undefined || rule.isFit(value)
      ? []
      : [{ name, problem: "the value can not be used", expected: rule.expected }]
  })
}
