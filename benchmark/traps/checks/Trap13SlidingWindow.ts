/**
 * Trap 13: fixed windows and full buckets let up to twice the limit through in some window.
 */
import { worstCount } from "../../adherence/Count.ts"
import type { OpenLimiter } from "../../adherence/Limiter.ts"
import { limiters } from "../../adherence/Limiters.ts"
import { pause } from "../Running.ts"
import { type Check, type Trap, verdict } from "../Trap.ts"

const tier = { limit: 10, window: 250 }
const tasks = tier.limit * 4
const patterns = [
  [{ at: 0, count: tasks }],
  [
    { at: 0, count: 1 },
    { at: 225, count: tasks - 1 }
  ]
]

const startsOf = async (
  open: OpenLimiter,
  arrivals: (typeof patterns)[number]
): Promise<ReadonlyArray<number> | undefined> => {
  const start = await open([tier])
  if (start === undefined) return undefined
  const starts: Array<number> = []
  const begunAt = performance.now()
  for (const { at, count } of arrivals) {
    await pause(Math.max(0, begunAt + at - performance.now()))
    for (let task = 0; task < count; task++) start(() => void starts.push(performance.now()))
  }
  const until = performance.now() + tier.window * 8
  while (starts.length < tasks && performance.now() < until) await pause(10)
  return starts.toSorted((left, right) => left - right)
}

/** What late timers alone can explain: a window shorter by this ratio. */
const tolerance = 0.03

interface Worst {
  readonly exact: number
  readonly tolerant: number
}

/** The worst of both patterns, three times each. */
const worstOf = async (open: OpenLimiter): Promise<Worst | undefined> => {
  const worst: Array<Worst> = []
  for (let time = 0; time < 3; time++) {
    for (const arrivals of patterns) {
      const starts = await startsOf(open, arrivals)
      if (starts === undefined) return undefined
      worst.push({
        exact: worstCount(starts, tier.window),
        tolerant: worstCount(starts, tier.window * (1 - tolerance))
      })
    }
  }
  return { exact: Math.max(...worst.map((it) => it.exact)), tolerant: Math.max(...worst.map((it) => it.tolerant)) }
}

/** The best of a library's ways; the others are told. */
const bestOf =
  (...names: ReadonlyArray<string>): Check =>
  async () => {
    const results: Array<Worst & { readonly name: string }> = []
    for (const { load, name } of limiters.filter((it) => names.includes(it.name))) {
      const worst = await worstOf(await load())
      if (worst !== undefined) results.push({ name, ...worst })
    }
    const [best] = results.toSorted((left, right) => left.exact - right.exact || left.tolerant - right.tolerant)
    if (best === undefined) return undefined
    return verdict(
      best.exact <= tier.limit,
      `${best.exact} (${best.tolerant}) for ${tier.limit}`,
      results.map(({ exact, name, tolerant }) => `${name}: ${exact} (${tolerant})`).join("; ")
    )
  }

/** The trap. */
export const slidingWindow: Trap = {
  number: 13,
  title: "More than the limit in some window",
  question: `${tier.limit} in ${tier.window} ms; ${tasks} tasks, all at once or all but one near the end of a window; three times each. Measured: the most that began in any window, by the best of a library's ways. Kept: at most ${tier.limit}. In brackets with a window 3 % shorter: what late timers alone can explain, and a server that counts for itself does not forgive.`,
  checks: {
    ours: bestOf("ours", "ours, accounting: sent"),
    Effect: bestOf("Effect fixed-window", "Effect token-bucket"),
    bottleneck: bestOf("bottleneck minTime", "bottleneck reservoir"),
    "p-queue": bestOf("p-queue intervalCap", "p-queue intervalCap, strict")
  },
  without: { cockatiel: "no rate limiter", opossum: "no rate limiter" }
}
