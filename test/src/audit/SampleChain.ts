/**
 * Chains in memory, as a store would hold them, and what somebody who can write the store may do to them.
 */
import * as Redacted from "effect/Redacted"
import type { AuditFinding, ChainPlace } from "../../../schemas/Audit.ts"
import {
  beginning,
  type ChainRow,
  type ChainSeals,
  type ChainState,
  chainRows,
  linkOf,
  makeChainSeals,
  markAt,
  type RowDraft
} from "../../../src/audit/Chain.ts"
import { factsOf } from "../../../src/audit/ReadRow.ts"
import { ChainWalk } from "../../../src/audit/VerifyChain.ts"

/** Seals under a key of one byte, again and again. */
export const sealsOf = (byte: number): ChainSeals => makeChainSeals([Redacted.make(new Uint8Array(32).fill(byte))])

export const ours = sealsOf(1)

export const draft = (index: number): RowDraft => ({
  at: 1_000 + index,
  callId: index % 3 === 0 ? undefined : `call_${index % 5}`,
  content: JSON.stringify({
    kind: "AttemptSucceeded",
    at: 1_000 + index,
    ...(index % 3 === 0 ? {} : { callId: `call_${index % 5}` }),
    elapsedMillis: index
  })
})

/** A whole chain. */
export interface Kept {
  readonly rows: ReadonlyArray<ChainRow>
  readonly start: ChainState["start"]
  readonly end: ChainState["end"]
}

/** Batches of these sizes, one after the other. */
export const chainOf = (batches: ReadonlyArray<number>, seals = ours): Kept => {
  let place: ChainPlace = beginning
  let count = 0
  const rows = batches.flatMap((size) => {
    const batch = chainRows(
      seals,
      place,
      Array.from({ length: size }, () => draft((count += 1)))
    )
    place = batch.at(-1) ?? place
    return batch
  })
  return { rows, start: undefined, end: markAt(seals, "end", place) }
}

/** What retention leaves behind a place. */
export const removedThrough = ({ end, rows }: Kept, sequence: number, seals = ours): Kept => {
  const last = rows.find((it) => it.sequence === sequence)
  if (last === undefined) throw new Error(`there is no row ${sequence}`)
  return { rows: rows.filter((it) => it.sequence > sequence), start: markAt(seals, "start", last), end }
}

export const findingsIn = (
  { end, rows, start }: Kept,
  seals = ours,
  noted?: ChainPlace
): ReadonlyArray<AuditFinding> => {
  const walk = new ChainWalk(seals, { start, end, last: rows.at(-1) }, factsOf, noted)
  for (const row of rows.filter(({ sequence }) => sequence <= (end?.sequence ?? sequence))) walk.add(row)
  walk.finish()
  return walk.findings
}

/** The rows from a place on with links computed anew, as anybody can; seals can not be made. */
export const relinked = (rows: ReadonlyArray<ChainRow>, from: number): ReadonlyArray<ChainRow> => {
  let before: ChainPlace = beginning
  return rows.map((row) => {
    const link = row.sequence < from ? row.link : linkOf(before, row.content)
    before = { sequence: row.sequence, link }
    return { ...row, link }
  })
}

/** The first and the last row that a finding speaks of. */
export const rangeOf = (finding: AuditFinding): readonly [number, number] | undefined => {
  if ("from" in finding) return [finding.from, finding.through]
  return "sequence" in finding ? [finding.sequence, finding.sequence] : undefined
}
