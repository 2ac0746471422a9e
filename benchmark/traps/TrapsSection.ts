/**
 * The traps section: a scoreboard of mistakes that limiters, queues and breakers make.
 */
import { runChild } from "../process/Child.ts"
import type { RunOptions, Section } from "../report/Section.ts"
import type { RunnerRequest } from "./Runner.ts"
import { type Library, libraries, otherLibraries, type Trap, type Verdict } from "./Trap.ts"
import { traps } from "./Traps.ts"
import { goalsOf, type Scores, trapsMarkdown } from "./TrapsReport.ts"

const ask = async (number: number, library: Library, { tell }: RunOptions): Promise<Verdict> => {
  const request: RunnerRequest = { number, library }
  try {
    return await runChild<Verdict>("traps/Runner.ts", request, { seconds: 60 })
  } catch (error) {
    tell(String(error))
    return { standing: "no answer", figure: "no answer" }
  }
}

const applicable = (trap: Trap): ReadonlyArray<Library> =>
  [...libraries, ...otherLibraries].filter((library) => trap.checks[library] !== undefined)

/** The section. The checks measure times, so they are run one after the other. */
export const trapsSection: Section = {
  name: "traps",
  title: "Traps",
  measure: async (options) => {
    const scores: Record<number, Partial<Record<Library, Verdict>>> = {}
    for (const trap of traps) {
      const row = (scores[trap.number] ??= {})
      for (const library of applicable(trap)) {
        const verdict = await ask(trap.number, library, options)
        options.tell(`${trap.number} ${library}: ${verdict.standing}, ${verdict.figure}`)
        row[library] = verdict
      }
    }
    const all: Scores = scores
    return { markdown: trapsMarkdown(all), figures: JSON.parse(JSON.stringify(all)), goals: goalsOf(all) }
  }
}
