/**
 * Which rule a list of limits breaks, and which limit of it, in words: "the minute allows more requests than the hour". Only
 * windows and places in the list are named, never a text that was given. Pure.
 */
import type { RateLimit } from "../../schemas/RateLimit.ts"

const largestRequests = 1_000_000
const largestWindow = 2_678_400

/** The units of a window as they are written. **Units** seconds. */
export const windowSeconds: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 }

/** A window for people: `minute`, `90 seconds`. **Units** seconds. */
export const windowText = (seconds: number): string =>
  Object.entries(windowSeconds).find(([, length]) => length === seconds)?.[0] ?? `${seconds} seconds`

/** The problems of limits written as text: `20/minute, 100/hour`. Empty where there are none. */
export const problemsOfLimitText = (text: string): ReadonlyArray<string> => {
  const parts = text.split(",")
  const read = parts.map((part, index): RateLimit | string => {
    const limit = parts.length === 1 ? "the limit" : `limit ${index + 1}`
    const [requests = "", unit, ...rest] = part.split("/").map((it) => it.trim())
    if (unit === undefined || rest.length > 0) return `${limit} is not requests, a slash and a unit`
    const window = Object.hasOwn(windowSeconds, unit) ? windowSeconds[unit] : undefined
    if (window === undefined) return `${limit} has a unit that is not second, minute, hour or day`
    if (!/^\d{1,7}$/.test(requests)) return `${limit} has no whole number of requests before the slash`
    return { requests: Number(requests), window }
  })
  return [
    ...read.filter((it) => typeof it === "string"),
    ...problemsOfLimits(read.filter((it) => typeof it !== "string"))
  ]
}

/** The problems of limits as the document holds them; empty where there are none, or none that is of limits. */
export const problemsOfLimitDocument = (value: unknown): ReadonlyArray<string> => {
  const items: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
  const malformed = items.flatMap((item, index) => {
    const limit = Array.isArray(value) ? `limit ${index + 1}` : "the limit"
    const { requests, window } = Object(item) as Partial<RateLimit>
    return [
      ...(Number.isInteger(requests) ? [] : [`${limit} has no whole number as requests`]),
      ...(Number.isInteger(window) ? [] : [`${limit} has no whole number of seconds as window`])
    ]
  })
  const limits = items.filter((item): item is RateLimit => {
    const { requests, window } = Object(item) as Partial<RateLimit>
    return Number.isInteger(requests) && Number.isInteger(window)
  })
  return [...malformed, ...problemsOfLimits(limits)]
}

const problemsOfLimits = (limits: ReadonlyArray<RateLimit>): ReadonlyArray<string> => {
  const sorted = limits.toSorted((left, right) => left.window - right.window)
  return sorted.flatMap(({ requests, window }, index) => {
    const name = windowText(window)
    const shorter = sorted[index - 1]
    const problems: Array<string> = []
    if (window < 1 || window > largestWindow) problems.push(`the window of ${name} is out of range`)
    if (requests < 1 || requests > largestRequests) problems.push(`the requests per ${name} are out of range`)
    if (shorter?.window === window) problems.push(`the ${name} is limited twice`)
    else if (shorter !== undefined && shorter.requests > requests)
      problems.push(`the ${windowText(shorter.window)} allows more requests than the ${name}`)
    return problems
  })
}
