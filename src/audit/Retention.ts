/**
 * Which rows are removed: those past their age, and the oldest where all take too much. Pure.
 */
import * as Duration from "effect/Duration"
import type { AuditSettings } from "../../schemas/AuditSettings.ts"
import type { ChainRow } from "./Chain.ts"

/** Rows that may be removed, the oldest first, as many as are removed in one step; the last row of all is never. */
export type OldestRows = ReadonlyArray<Pick<ChainRow, "sequence" | "at">>

/** The most rows that are removed in one step. */
export const removedAtOnce = 1_000

/**
 * How many of the oldest rows go, and why; the whole step where they take too much.
 *
 * **Units** `now` in milliseconds since 1970, `bytes` of all rows.
 *
 * **Details** Age goes by a row's own time, from the oldest row on, up to the first that is young enough: a clock that was
 * put back can keep rows longer, and never removes a younger row before an older one.
 */
export const decideRemoval = (
  { maximumBytes, retention }: Pick<AuditSettings, "maximumBytes" | "retention">,
  now: number,
  bytes: number,
  oldest: OldestRows
): { readonly count: number; readonly because: "size" | "age" } => {
  if (bytes > maximumBytes && oldest.length > 0) return { count: oldest.length, because: "size" }
  const youngest = now - Duration.toMillis(retention)
  const young = oldest.findIndex(({ at }) => at >= youngest)
  return { count: young < 0 ? oldest.length : young, because: "age" }
}
