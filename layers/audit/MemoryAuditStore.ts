/**
 * The audit's rows in memory: they end with the process.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AuditStore, type SealedPage } from "../../src/audit/AuditStore.ts"
import type { ChainRow, ChainState } from "../../src/audit/Chain.ts"

/** The store. */
export const layer: Layer.Layer<AuditStore> = Layer.sync(AuditStore, () => {
  let rows: ReadonlyArray<ChainRow> = []
  let pages: ReadonlyArray<SealedPage> = []
  let start: ChainState["start"]
  let end: ChainState["end"]
  const stateNow = (): ChainState => ({ start, end, last: rows.at(-1) })
  return {
    commit: (decide) =>
      Effect.sync(() => {
        const commit = decide(stateNow())
        if (commit === undefined) return
        const removed = commit.start?.sequence ?? 0
        rows = [...rows.filter(({ sequence }) => sequence > removed), ...commit.rows]
        pages = [...pages.filter(({ through }) => through > removed), ...commit.pages]
        start = commit.start ?? start
        end = commit.end
      }),
    state: Effect.sync(stateNow),
    rowsAfter: (after, limit) => Effect.sync(() => rows.filter(({ sequence }) => sequence > after).slice(0, limit)),
    rowsBefore: (before, limit) =>
      Effect.sync(() =>
        rows
          .filter(({ sequence }) => sequence < before)
          .slice(-limit)
          .toReversed()
      ),
    rowsOfCall: (callId) => Effect.sync(() => rows.filter((it) => it.callId === callId)),
    page: (id) => Effect.sync(() => pages.find((it) => it.id === id)?.sealed),
    bytes: Effect.sync(
      () =>
        rows.reduce((sum, { content, link }) => sum + content.length + link.length, 0) +
        pages.reduce((sum, { sealed }) => sum + sealed.length, 0)
    )
  }
})
