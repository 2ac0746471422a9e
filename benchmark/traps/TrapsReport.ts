/**
 * The traps section as text and goals.
 */
import type { Goal } from "../report/Section.ts"
import { table } from "../report/Table.ts"
import { type Library, libraries, otherLibraries, type Trap, type Verdict } from "./Trap.ts"
import { traps } from "./Traps.ts"

/** The verdicts by trap and library. */
export type Scores = Readonly<Record<number, Partial<Readonly<Record<Library, Verdict>>>>>

const cellOf = (verdict: Verdict | undefined): string => {
  if (verdict === undefined) return "not applicable"
  if (verdict.standing === "not there yet" || verdict.standing === "no answer") return verdict.standing
  return `${verdict.standing === "broken" ? "**broken**" : "kept"}: ${verdict.figure}`
}

const scoreboard = (scores: Scores): string =>
  table(
    ["trap", ...libraries],
    traps.map(({ number, title }) => [
      `${number} ${title}`,
      ...libraries.map((library) => cellOf(scores[number]?.[library]))
    ])
  )

const lineOf = (trap: Trap, scores: Scores, library: Library): ReadonlyArray<string> => {
  const verdict = scores[trap.number]?.[library]
  const reason = trap.without[library]
  if (verdict === undefined) return reason === undefined ? [] : [`- ${library}: not applicable, ${reason}`]
  return [`- ${library}: ${cellOf(verdict)}${verdict.details === undefined ? "" : `. ${verdict.details}`}`]
}

const detailsOf = (scores: Scores) => (trap: Trap) =>
  [
    `### ${trap.number} ${trap.title}`,
    "",
    trap.question,
    "",
    ...[...libraries, ...otherLibraries].flatMap((library) => lineOf(trap, scores, library))
  ].join("\n")

const isBroken = (scores: Scores, number: number, library: Library) => scores[number]?.[library]?.standing === "broken"

const everybody: ReadonlyArray<Library> = [...libraries, ...otherLibraries]

const keptBy = (keepers: ReadonlyArray<Library>): string =>
  keepers.length === 0 ? "nobody keeps it" : `kept by ${keepers.join(", ")}`

/** The parts that ours breaks, each with who keeps it. */
const brokenParts = (scores: Scores, number: number): ReadonlyArray<string> =>
  Object.entries(scores[number]?.ours?.parts ?? {})
    .filter(([, isKept]) => !isKept)
    .map(([what]) => `${what}: ${keptBy(everybody.filter((it) => scores[number]?.[it]?.parts?.[what] === true))}`)

/** Where a peer keeps what we break, in plain words: a whole trap, or a part of one. */
const confession = (scores: Scores): string => {
  const lines = traps.flatMap(({ number, title }) => {
    if (!isBroken(scores, number, "ours")) return []
    const keepers = everybody.filter((it) => scores[number]?.[it]?.standing === "kept")
    return [
      `- ${[`${number} ${title}: ours is broken; ${keptBy(keepers)}`, ...brokenParts(scores, number)].join(". ")}.`
    ]
  })
  return lines.length === 0 ? "No trap that a peer keeps is broken by ours." : lines.join("\n")
}

const introduction =
  "Each trap is one check, run on ours and on every library that has the feature, with the settings under which that library does best; each check is a process of its own and takes a few seconds of real time. The numbers are those of our collection of such mistakes."

/** The text of the section. */
export const trapsMarkdown = (scores: Scores): string =>
  [introduction, scoreboard(scores), confession(scores), ...traps.map(detailsOf(scores))].join("\n\n")

/** What is aimed at. */
export const goalsOf = (scores: Scores): ReadonlyArray<Goal> => {
  const measured = traps.filter(({ number }) => {
    const standing = scores[number]?.ours?.standing
    return standing === "kept" || standing === "broken"
  })
  return [
    {
      what: "ours: traps broken",
      direction: "atMost",
      aim: 0,
      measured: measured.filter(({ number }) => isBroken(scores, number, "ours")).length,
      ...(measured.length === traps.length ? {} : { note: `${measured.length} of ${traps.length} can be asked yet` })
    }
  ]
}
