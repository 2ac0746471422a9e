/**
 * Builds `AuditLog` over its store: the writer behind the calls, and the readers.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { AuditEntry } from "../../schemas/Audit.ts"
import type { AuditSettings } from "../../schemas/AuditSettings.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { recordNothing } from "../telemetry/CallRecorder.ts"
import { EventFeed } from "../telemetry/EventFeed.ts"
import { Sealer } from "../vault/Sealer.ts"
import type { AuditLog, AuditQuery } from "./AuditLog.ts"
import { AuditStore } from "./AuditStore.ts"
import { bodiesAt } from "./BodyPage.ts"
import { type ChainRow, makeChainSeals } from "./Chain.ts"
import { placeOfPage } from "./PrepareBatch.ts"
import { mayRead } from "./ReadableRows.ts"
import { entryOf } from "./ReadRow.ts"
import { verifyAudit } from "./VerifyAudit.ts"
import { makeAuditWriter } from "./WriteAudit.ts"

/** What a query gives where it does not say. */
const defaultLimit = 50

const rowsRead = 500

const matches = ({ row }: AuditEntry, { kind, owner, readableBy, since }: AuditQuery): boolean =>
  (kind === undefined || row.kind === kind) &&
  (owner === undefined || row.owner === owner) &&
  (readableBy === undefined || mayRead(row, readableBy)) &&
  (since === undefined || row.at >= since)

const entriesOf = (rows: ReadonlyArray<ChainRow>): ReadonlyArray<AuditEntry> => rows.map(entryOf)

/**
 * Builds the service; its writer ends with the scope. Where `AUDIT` is off nothing is recorded, and what is there can be
 * read. `boundsOf` may narrow the settings: what is kept in memory is kept short.
 */
export const make = Effect.fnUntraced(function* (
  boundsOf: (settings: AuditSettings) => AuditSettings = (settings) => settings
): Effect.fn.Return<AuditLog["Service"], never, AuditStore | EventFeed | Sealer | LiveSettings | Scope.Scope> {
  const store = yield* AuditStore
  const sealer = yield* Sealer
  const liveSettings = yield* LiveSettings
  const tools = { store, sealer, seals: makeChainSeals(sealer.keysFor("audit")) }
  const { settings } = yield* liveSettings.current
  const writer = yield* makeAuditWriter(tools, liveSettings, boundsOf, (yield* EventFeed).publish)

  const afterFlush = <A>(read: Effect.Effect<A, typeof StorageFailed.Type>) => Effect.andThen(writer.flush, read)

  const list = Effect.fnUntraced(function* (query: AuditQuery) {
    const limit = query.limit ?? defaultLimit
    const found: Array<AuditEntry> = []
    let before = query.before ?? Number.MAX_SAFE_INTEGER
    while (found.length < limit) {
      const rows = yield* store.rowsBefore(before, rowsRead)
      found.push(...entriesOf(rows).filter((it) => matches(it, query)))
      const last = rows.at(-1)
      if (last === undefined) break
      before = last.sequence
    }
    return found.slice(0, limit)
  })

  const bodies = Effect.fnUntraced(function* ({ row, sequence }: AuditEntry) {
    if (row.bodies?._tag !== "Sealed") return undefined
    const { index, page } = row.bodies
    const sealed = yield* store.page(page)
    const opened = sealed === undefined ? undefined : yield* sealer.open(sealed, placeOfPage(page))
    const found = opened === undefined ? undefined : bodiesAt(opened, index)
    if (found !== undefined) return found
    return yield* Effect.fail<typeof StorageFailed.Type>({
      _tag: "StorageFailed",
      problem: "Corrupt",
      detail: `opening the bodies of audit row ${sequence}: their page is missing`
    })
  })

  return {
    record: settings.audit.enabled ? writer.record : recordNothing,
    flush: writer.flush,
    list: (query = {}) => afterFlush(list(query)),
    ofCall: (callId) => afterFlush(Effect.map(store.rowsOfCall(callId), entriesOf)),
    get: (sequence) =>
      afterFlush(
        Effect.map(store.rowsAfter(sequence - 1, 1), (rows) => {
          const [entry] = entriesOf(rows)
          return entry?.sequence === sequence ? entry : undefined
        })
      ),
    bodies,
    verify: (noted) => afterFlush(verifyAudit(tools, noted)),
    statistics: writer.statistics
  }
})
