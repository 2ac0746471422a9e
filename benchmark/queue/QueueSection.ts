/**
 * The queue section: what it takes to wait, to be called, and to give up, with many others.
 */
import { runChild } from "../process/Child.ts"
import type { RunOptions, Section } from "../report/Section.ts"
import { queueCases } from "./Cases.ts"
import { goalsOf, queueMarkdown, type QueueFigures } from "./QueueReport.ts"
import type { RunnerAnswer, RunnerRequest } from "./Runner.ts"

const sizesOf = (isQuick: boolean) => (isQuick ? [10_000, 100_000] : [10_000, 100_000, 1_000_000])

const measureOnce = async (name: string, waiters: number, phase: RunnerRequest["phase"], options: RunOptions) => {
  const cap = options.isQuick ? 3_000 : 20_000
  const request: RunnerRequest = { name, waiters, phase, cap }
  try {
    return await runChild<RunnerAnswer>("queue/Runner.ts", request, {
      // Two or three steps, the warm-up, and a last step that does not look at the time.
      seconds: 60 + (cap * 5) / 1000,
      isCollectable: true
    })
  } catch (error) {
    options.tell(String(error))
    return {}
  }
}

/** The section. */
export const queueSection: Section = {
  name: "queue",
  title: "Waiting rooms",
  measure: async (options) => {
    const figures: QueueFigures = []
    for (const waiters of sizesOf(options.isQuick)) {
      const rounds = options.isQuick || waiters > 100_000 ? 1 : 3
      for (let round = 0; round < rounds; round++) {
        options.tell(`${waiters} waiters: round ${round + 1} of ${rounds}`)
        for (const { name } of round % 2 === 0 ? queueCases : queueCases.toReversed()) {
          const drained = await measureOnce(name, waiters, "drain", options)
          const cancelled = await measureOnce(name, waiters, "cancel", options)
          figures.push({ name, waiters, round, ...drained, ...cancelled })
        }
      }
    }
    return {
      markdown: queueMarkdown(figures),
      figures: JSON.parse(JSON.stringify(figures)),
      goals: goalsOf(figures)
    }
  }
}
