/**
 * Where the audit's rows are: one chain, whoever writes. What a row says, and how it is chained, is none of its concern.
 *
 * Layers: a SQLite database of its own in the home (`layers/audit/SqliteAuditStore.ts`), memory.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { ChainRow, ChainState, Mark } from "./Chain.ts"

/** Bodies, sealed together; `through` is the last row that names the page. */
export interface SealedPage {
  readonly id: string
  readonly through: number
  readonly sealed: string
}

/** One step: rows more, and where `start` is given, those up to it less, with the pages that only they name. */
export interface AuditCommit {
  readonly rows: ReadonlyArray<ChainRow>
  readonly pages: ReadonlyArray<SealedPage>
  readonly end: Mark
  readonly start?: Mark
}

/**
 * The service.
 *
 * **Errors** `StorageFailed`: the disk is full, the file locked by another process, read-only, damaged. Nothing of a step
 * that failed is there.
 */
export class AuditStore extends Context.Service<
  AuditStore,
  {
    /**
     * Makes one step in one transaction, alone among all processes: `decide` is given what is there, and what it answers
     * is done; `undefined` does nothing. **Gotchas** It may be called more than once.
     */
    readonly commit: (
      decide: (state: ChainState) => AuditCommit | undefined
    ) => Effect.Effect<void, typeof StorageFailed.Type>
    readonly state: Effect.Effect<ChainState, typeof StorageFailed.Type>
    /** Rows behind a place, in order. */
    readonly rowsAfter: (
      sequence: number,
      limit: number
    ) => Effect.Effect<ReadonlyArray<ChainRow>, typeof StorageFailed.Type>
    /** Rows before a place, the newest first. */
    readonly rowsBefore: (
      sequence: number,
      limit: number
    ) => Effect.Effect<ReadonlyArray<ChainRow>, typeof StorageFailed.Type>
    /** The rows of a call, in order. */
    readonly rowsOfCall: (callId: string) => Effect.Effect<ReadonlyArray<ChainRow>, typeof StorageFailed.Type>
    readonly page: (id: string) => Effect.Effect<string | undefined, typeof StorageFailed.Type>
    /** What rows and pages take. **Units** bytes. */
    readonly bytes: Effect.Effect<number, typeof StorageFailed.Type>
  }
>()("@ludeng/providers/audit/AuditStore") {}
