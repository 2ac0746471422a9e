/**
 * Chains a batch behind what is there, and writes both in one step; and takes rows away, which is written down too.
 */
import * as Effect from "effect/Effect"
import type { AuditSettings } from "../../schemas/AuditSettings.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { AuditCommit } from "./AuditStore.ts"
import {
  beginning,
  type ChainSeals,
  type ChainState,
  chainRows,
  type Mark,
  markAt,
  type RowDraft,
  tailOf
} from "./Chain.ts"
import { draftOf, type PreparedBatch } from "./PrepareBatch.ts"
import { decideRemoval, removedAtOnce } from "./Retention.ts"
import { type VerifyTools, walk } from "./VerifyAudit.ts"

/** A batch behind what is there. Where that was changed, a row that says so goes first. **Units** `now` since 1970. */
const commitOf = (seals: ChainSeals, state: ChainState, { drafts, pages }: PreparedBatch, now: number): AuditCommit => {
  const { broken, place } = tailOf(seals, state)
  const told: ReadonlyArray<RowDraft> =
    broken === undefined ? [] : [draftOf({ kind: "ChainBroken", at: now, found: broken }, undefined, now)]
  const rows = chainRows(seals, place, [...told, ...drafts])
  const first = place.sequence + 1 + told.length
  return {
    rows,
    pages: pages.map(({ id, lastDraft, sealed }) => ({ id, sealed, through: first + lastDraft })),
    end: markAt(seals, "end", rows.at(-1) ?? place)
  }
}

/** Writes a batch. **Errors** `StorageFailed`; nothing of it is there then. */
export const commitBatch = (
  { seals, store }: VerifyTools,
  batch: PreparedBatch,
  now: number
): Effect.Effect<void, typeof StorageFailed.Type> => store.commit((state) => commitOf(seals, state, batch, now))

/**
 * Removes what is past its time or too much, one step of it; answers how many rows.
 *
 * Rows are verified before they go: a mark that is sealed anew must not cover up what somebody has done to them. What was
 * wrong stands in the row that tells of the removal.
 */
export const removeOldest = Effect.fnUntraced(function* (
  tools: VerifyTools,
  settings: AuditSettings,
  now: number
): Effect.fn.Return<number, typeof StorageFailed.Type> {
  const { seals, store } = tools
  const state = yield* store.state
  const begin = state.start ?? beginning
  const bytes = yield* store.bytes
  // Nearly always nothing is to go: the two oldest rows tell.
  const first = yield* store.rowsAfter(begin.sequence, 2)
  if (decideRemoval(settings, now, bytes, first.slice(0, -1)).count === 0) return 0
  const removable = (yield* store.rowsAfter(begin.sequence, removedAtOnce + 1)).slice(0, -1)
  const { because, count } = decideRemoval(settings, now, bytes, removable)
  const newest = removable[count - 1]
  if (newest === undefined) return 0
  const { findings } = yield* walk(tools, state, newest.sequence, undefined)
  const row = {
    kind: "RowsRemoved",
    at: now,
    count,
    through: newest.sequence,
    because,
    ...(findings.length === 0
      ? {}
      : { found: findings.map(({ _tag }) => _tag).join(", "), findings: findings.slice(0, 20) })
  }
  let isDone = false
  yield* store.commit((current) => {
    // Another process may have removed them.
    isDone = current.start?.sequence === state.start?.sequence
    if (!isDone) return undefined
    const batch = { drafts: [draftOf(row, undefined, now)], pages: [] }
    return { ...commitOf(seals, current, batch, now), start: markOf(seals, newest) }
  })
  return isDone ? count : 0
})

const markOf = (seals: ChainSeals, place: { readonly sequence: number; readonly link: string }): Mark =>
  markAt(seals, "start", place)
