/**
 * The resilience section: how much of what goes wrong at the providers a user sees, with the library and without.
 */
import { runChild } from "../process/Child.ts"
import type { RunOptions, Section } from "../report/Section.ts"
import { goalsOf, type ResilienceFigures, resilienceMarkdown } from "./ResilienceReport.ts"
import type { RunnerAnswer, RunnerRequest } from "./Runner.ts"
import { type Situation, situations } from "./Situations.ts"

/** Where nobody can help a few calls show it. */
const callsOf = ({ kind, name, whyNot }: Situation, isQuick: boolean): number => {
  if (isQuick) return kind === "images" ? 40 : 200
  const isShare = whyNot === undefined || name.includes("10 %") || name.startsWith("flaky")
  if (kind === "images") return isShare ? 1_000 : 40
  return isShare ? 5_000 : 200
}

const measureSituation = async (situation: Situation, number: number, { isQuick, tell }: RunOptions) => {
  tell(`${situation.name}, ${situation.kind}`)
  const calls = callsOf(situation, isQuick)
  const request: RunnerRequest = { situation: number, crowd: { seed: 100 + number, calls, workers: 5 } }
  const answer = await runChild<RunnerAnswer>("resilience/Runner.ts", request, { seconds: 300 })
  return { ...answer, situation: number, calls }
}

/** The section. */
export const resilienceSection: Section = {
  name: "resilience",
  title: "What a user sees of a bad provider",
  measure: async (options) => {
    const figures: ResilienceFigures = []
    for (const [number, situation] of situations.entries()) {
      figures.push(await measureSituation(situation, number, options))
    }
    return {
      markdown: resilienceMarkdown(figures),
      figures: JSON.parse(JSON.stringify(figures)),
      goals: goalsOf(figures)
    }
  }
}
