/**
 * What a trap of the scoreboard is: one question, asked of each library that has the feature, answered by a check that
 * runs in a process of its own.
 */

/** The columns of the scoreboard, and, after them, who is asked one question only. */
export const libraries = ["ours", "Effect", "cockatiel", "opossum", "bottleneck", "p-queue"] as const
export const otherLibraries = ["openai", "axios-retry"] as const
export type Library = (typeof libraries)[number] | (typeof otherLibraries)[number]

/** What a check came to. `figure` is the short measurement of the table, `details` what else there is to say. */
export interface Verdict {
  readonly standing: "kept" | "broken" | "not there yet" | "no answer"
  readonly figure: string
  readonly details?: string
  /** The parts of a question that has several, by what they ask. */
  readonly parts?: Readonly<Record<string, boolean>>
}

/** A check; absent where what it is about is not there yet. */
export type Check = () => Promise<Verdict | undefined>

/** A trap. `question` says what is done and when it is kept; `without` says why a library is not asked. */
export interface Trap {
  readonly number: number
  readonly title: string
  readonly question: string
  readonly checks: Partial<Readonly<Record<Library, Check>>>
  readonly without: Partial<Readonly<Record<Library, string>>>
}

/** A verdict from whether it was kept. */
export const verdict = (isKept: boolean, figure: string, details?: string): Verdict => ({
  standing: isKept ? "kept" : "broken",
  figure,
  ...(details === undefined ? {} : { details })
})

/** The parts of a question that has several: kept if all are; the figure counts them, the details name the broken. */
export const verdictOfParts = (
  parts: ReadonlyArray<readonly [what: string, isKept: boolean, figure: string]>
): Verdict => {
  const kept = parts.filter((it) => it[1])
  return {
    standing: kept.length === parts.length ? "kept" : "broken",
    figure: `${kept.length} of ${parts.length}`,
    details: parts.map(([what, isKept, figure]) => `${what}: ${isKept ? "" : "**broken**, "}${figure}`).join("; "),
    parts: Object.fromEntries(parts.map(([what, isKept]) => [what, isKept]))
  }
}
