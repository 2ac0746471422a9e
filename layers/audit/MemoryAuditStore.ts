/**
 * The audit's rows in memory: they end with the process.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type AuditCommit, AuditStore, type SealedPage } from "../../src/audit/AuditStore.ts"
import type { ChainRow, ChainState, Mark } from "../../src/audit/Chain.ts"

class Rows {
  #rows: Array<ChainRow> = []
  #pages: Array<SealedPage> = []
  #start: Mark | undefined
  #end: Mark | undefined
  #bytes = 0

  get state(): ChainState {
    return { start: this.#start, end: this.#end, last: this.#rows.at(-1) }
  }

  get all(): ReadonlyArray<ChainRow> {
    return this.#rows
  }

  get bytes(): number {
    return this.#bytes
  }

  page(id: string): string | undefined {
    return this.#pages.find((it) => it.id === id)?.sealed
  }

  apply({ end, pages, rows, start }: AuditCommit): void {
    if (start !== undefined) this.#removeThrough(start)
    this.#rows.push(...rows)
    this.#pages.push(...pages)
    this.#end = end
    this.#bytes += sizeOf(rows, pages)
  }

  #removeThrough(start: Mark): void {
    this.#rows = this.#rows.filter(({ sequence }) => sequence > start.sequence)
    this.#pages = this.#pages.filter(({ through }) => through > start.sequence)
    this.#start = start
    this.#bytes = sizeOf(this.#rows, this.#pages)
  }
}

const sizeOf = (rows: ReadonlyArray<ChainRow>, pages: ReadonlyArray<SealedPage>): number =>
  rows.reduce((sum, { content, link }) => sum + content.length + link.length, 0) +
  pages.reduce((sum, { sealed }) => sum + sealed.length, 0)

/** The store. */
export const layer: Layer.Layer<AuditStore> = Layer.sync(AuditStore, () => {
  const rows = new Rows()
  return {
    commit: (decide) =>
      Effect.sync(() => {
        const commit = decide(rows.state)
        if (commit !== undefined) rows.apply(commit)
      }),
    state: Effect.sync(() => rows.state),
    rowsAfter: (after, limit) => Effect.sync(() => rows.all.filter(({ sequence }) => sequence > after).slice(0, limit)),
    rowsBefore: (before, limit) =>
      Effect.sync(() =>
        rows.all
          .filter(({ sequence }) => sequence < before)
          .slice(-limit)
          .toReversed()
      ),
    rowsOfCall: (callId) => Effect.sync(() => rows.all.filter((it) => it.callId === callId)),
    page: (id) => Effect.sync(() => rows.page(id)),
    bytes: Effect.sync(() => rows.bytes)
  }
})
