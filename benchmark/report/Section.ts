/**
 * A part of the report. Every section is a module that measures something and says it twice: as Markdown for people, and
 * as figures for programs. A new one is added to the list in `Sections.ts`; nothing else knows them by name.
 */

/** How a run is asked for. `isQuick` is a smoke test: it shows that everything runs, and its figures mean nothing. */
export interface RunOptions {
  readonly isQuick: boolean
  /** Tells what is being measured. */
  readonly tell: (line: string) => void
}

/** What is aimed at, and what was measured. `atMost` says in which direction better lies. */
export interface Goal {
  readonly what: string
  readonly direction: "atLeast" | "atMost"
  readonly aim: number
  /** What must hold; the aim itself where there is none. */
  readonly floor?: number
  /** Absent where it could not be measured; `note` says why. */
  readonly measured?: number
  readonly note?: string
}

/** Figures as JSON holds them. */
export type Figures = number | string | boolean | null | ReadonlyArray<Figures> | { readonly [name: string]: Figures }

/** What a section came to. `markdown` has no heading; `goals` are shown at the head of the report. */
export interface Measured {
  readonly markdown: string
  readonly figures: Figures
  readonly goals: ReadonlyArray<Goal>
}

/** A section of the report. */
export interface Section {
  readonly name: string
  readonly title: string
  readonly measure: (options: RunOptions) => Promise<Measured>
}

/** Whether a goal is met: by its aim, by its floor only, or not at all. */
export const standingOf = (goal: Goal): "aim" | "floor" | "missed" | "not measured" => {
  const { aim, direction, floor = aim, measured } = goal
  if (measured === undefined) return "not measured"
  const holds = (bound: number) => (direction === "atLeast" ? measured >= bound : measured <= bound)
  if (holds(aim)) return "aim"
  return holds(floor) ? "floor" : "missed"
}
