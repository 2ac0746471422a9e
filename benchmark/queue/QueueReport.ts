/**
 * The queue section as text and goals.
 */
import { notThereYet } from "../ours/WhenThere.ts"
import type { Goal } from "../report/Section.ts"
import { median, medianRatio } from "../report/Statistics.ts"
import { fixed, noFigure, significant, table, whole } from "../report/Table.ts"
import { oursName, roomName, queueCases, referenceName } from "./Cases.ts"
import type { RunnerAnswer, Step } from "./Runner.ts"

/** What was measured of each case, size and round. */
export type QueueFigures = Array<
  RunnerAnswer & { readonly name: string; readonly waiters: number; readonly round: number }
>

type StepName = "enqueue" | "drain" | "cancel"

const rowsOf = (figures: QueueFigures, name: string, waiters: number) =>
  figures.filter((it) => it.name === name && it.waiters === waiters).toSorted((a, b) => a.round - b.round)

const microsOf = (step: Step | undefined): number | undefined =>
  step === undefined || step.count === 0 ? undefined : (step.millis * 1000) / step.count

const microsOfRounds = (figures: QueueFigures, name: string, waiters: number, step: StepName) =>
  rowsOf(figures, name, waiters).map((it) => microsOf(it[step]))

const medianMicros = (figures: QueueFigures, name: string, waiters: number, step: StepName): number | undefined =>
  median(microsOfRounds(figures, name, waiters, step).flatMap((it) => it ?? []))

/** Time of each operation, and how many were done where the time did not suffice for all. */
const cellOf = (figures: QueueFigures, name: string, waiters: number, step: StepName): string => {
  const micros = medianMicros(figures, name, waiters, step)
  if (micros === undefined) return noFigure
  const rows = rowsOf(figures, name, waiters)
  const expected = (row: RunnerAnswer) =>
    step === "enqueue" ? waiters : step === "drain" ? (row.enqueue?.count ?? waiters) : Math.floor(waiters / 2)
  const capped = rows.find((row) => row[step] !== undefined && row[step].count < expected(row))
  return `${significant(micros)}${capped === undefined ? "" : ` (capped: ${whole(capped[step]?.count)})`}`
}

const bytesOf = (figures: QueueFigures, name: string, waiters: number): number | undefined =>
  median(rowsOf(figures, name, waiters).flatMap((it) => it.bytes ?? []))

const sizesOf = (figures: QueueFigures) => [...new Set(figures.map((it) => it.waiters))].toSorted((a, b) => a - b)

const introduction = `One place, taken; then so many waiters, each a task that does nothing, with classes drawn at random where there are classes; then the place is given back and all have their turn, or every second one gives up. Microseconds for each operation. Every step may take 20 s (3 s in a quick run): "capped" tells how many were done by then. Bytes are of the heap after a collection, the fiber or promise of the waiter included. bottleneck takes jobs in one after a timer, and can not cancel one that waits.`

/** The text of the section. */
export const queueMarkdown = (figures: QueueFigures): string =>
  [
    introduction,
    table(
      ["queue", "waiters", "enqueue µs", "drain µs", "cancel half µs", "bytes/waiter"],
      queueCases.flatMap(({ name }) =>
        sizesOf(figures).map((waiters) => {
          const isMissing = rowsOf(figures, name, waiters).some((it) => it.isNotThereYet === true)
          return [
            name,
            whole(waiters),
            isMissing ? notThereYet : cellOf(figures, name, waiters, "enqueue"),
            cellOf(figures, name, waiters, "drain"),
            cellOf(figures, name, waiters, "cancel"),
            whole(bytesOf(figures, name, waiters))
          ]
        })
      )
    ),
    `Time to enqueue 100 000 to p-queue's: the waiting room alone ${fixed(enqueueRatio(figures, roomName), 2)}, as fibers, each of which is forked besides, ${fixed(enqueueRatio(figures, oursName), 2)}.`
  ].join("\n\n")

const enqueueRatio = (figures: QueueFigures, name: string): number | undefined =>
  medianRatio(
    microsOfRounds(figures, name, 100_000, "enqueue"),
    microsOfRounds(figures, referenceName, 100_000, "enqueue")
  )

/** How much longer an operation takes with the most waiters than with the fewest; the worst of the three. */
const growth = (figures: QueueFigures): number | undefined => {
  const sizes = sizesOf(figures)
  const [fewest = 0] = sizes
  const most = sizes.at(-1) ?? 0
  const growths = (["enqueue", "drain", "cancel"] as const).flatMap((step) => {
    const few = medianMicros(figures, oursName, fewest, step)
    const many = medianMicros(figures, oursName, most, step)
    return few === undefined || many === undefined ? [] : [many / few]
  })
  return growths.length === 0 ? undefined : Math.max(...growths)
}

const goal = (what: string, aim: number, measured: number | undefined): Goal => ({
  what,
  direction: "atMost",
  aim,
  ...(measured === undefined ? { note: notThereYet } : { measured })
})

/** What is aimed at. */
export const goalsOf = (figures: QueueFigures): ReadonlyArray<Goal> => {
  const sizes = sizesOf(figures)
  const bytes = Math.max(...sizes.flatMap((waiters) => bytesOf(figures, oursName, waiters) ?? []))
  return [
    goal("the waiting room: time to enqueue 100 000 to p-queue's", 0.2, enqueueRatio(figures, roomName)),
    goal(
      "as fibers, forking them included: time to enqueue 100 000 to p-queue's",
      0.2,
      enqueueRatio(figures, oursName)
    ),
    goal("ours: kB a waiter as fibers", 1.8, Number.isFinite(bytes) ? bytes / 1000 : undefined),
    goal(
      `ours: growth of the time per operation from ${whole(sizes[0])} to ${whole(sizes.at(-1))} waiters, the worst step`,
      2,
      growth(figures)
    )
  ]
}
