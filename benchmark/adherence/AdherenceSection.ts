/**
 * The adherence section: whether a limiter keeps to its limit in every window, wherever it begins, and how near to the
 * limit it comes.
 */
import { runChild } from "../process/Child.ts"
import type { RunOptions, Section } from "../report/Section.ts"
import { type AdherenceFigures, adherenceMarkdown, goalsOf } from "./AdherenceReport.ts"
import { legalSpan, overRatio, worstCount } from "./Count.ts"
import type { Tier } from "./Limiter.ts"
import { limiters } from "./Limiters.ts"
import type { RunnerAnswer, RunnerRequest } from "./Runner.ts"

/** What is asked of a limiter. */
interface Trial extends RunnerRequest {
  readonly pattern: "burst" | "edge"
}

/** The longer tier first. */
const tiersOf = (count: 1 | 2): ReadonlyArray<Tier> =>
  count === 1
    ? [{ limit: 100, window: 1_000 }]
    : [
        { limit: 50, window: 1_000 },
        { limit: 10, window: 100 }
      ]

/** Enough tasks for so many windows of the first tier. */
const windowsOf = (isQuick: boolean) => (isQuick ? 3 : 20)

const trials = (isQuick: boolean): ReadonlyArray<Trial> =>
  limiters.flatMap(({ name, tiers: counts }) =>
    counts.flatMap((count) => {
      const tiers = tiersOf(count)
      const tasks = (tiers[0]?.limit ?? 0) * windowsOf(isQuick)
      const base = { name, tiers, cap: windowsOf(isQuick) * 2_000 }
      return [
        { ...base, pattern: "burst" as const, arrivals: [{ at: 0, count: tasks }] },
        {
          ...base,
          pattern: "edge" as const,
          arrivals: [
            { at: 0, count: 1 },
            { at: 900, count: tasks - 1 }
          ]
        }
      ]
    })
  )

/** The window is shortened by this ratio in the second count: what jitter of timers alone can explain. */
const tolerance = 0.03

const figuresOf = ({ arrivals, name, pattern, tiers }: Trial, starts: ReadonlyArray<number>) => ({
  name,
  pattern,
  tasks: arrivals.reduce((sum, { count }) => sum + count, 0),
  started: starts.length,
  tiers: tiers.map((tier) => ({
    ...tier,
    worst: worstCount(starts, tier.window),
    worstTolerant: worstCount(starts, tier.window * (1 - tolerance))
  })),
  overRatio: overRatio(starts, tiers),
  span: (starts.at(-1) ?? 0) - (starts[0] ?? 0),
  legalSpan: legalSpan(
    arrivals.flatMap(({ at, count }) => Array.from({ length: count }, () => at)),
    tiers
  )
})

const measureTrial = async (trial: Trial, { tell }: RunOptions) => {
  const { pattern: _, ...request } = trial
  try {
    const { starts } = await runChild<RunnerAnswer>("adherence/Runner.ts", request, { seconds: 15 + trial.cap / 1000 })
    return figuresOf(trial, starts)
  } catch (error) {
    tell(String(error))
    return figuresOf(trial, [])
  }
}

/** Limiters wait most of the time: a few can be measured at once without disturbing each other. */
const atOnce = 3

/** The section. */
export const adherenceSection: Section = {
  name: "adherence",
  title: "Keeping to the limit",
  measure: async (options) => {
    const left = [...trials(options.isQuick)]
    const figures: AdherenceFigures = []
    const work = async () => {
      for (let trial = left.shift(); trial !== undefined; trial = left.shift()) {
        options.tell(`${trial.name}, ${trial.tiers.length} tiers, ${trial.pattern}`)
        figures.push(await measureTrial(trial, options))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    return {
      markdown: adherenceMarkdown(figures),
      figures: JSON.parse(JSON.stringify(figures)),
      goals: goalsOf(figures)
    }
  }
}
