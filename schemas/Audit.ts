/**
 * The audit as it is read: rows, what was kept of bodies, and what a verification finds. No row holds a key, a prompt or an
 * answer in clear.
 */
import * as Schema from "effect/Schema"

/** What was kept of one body under `AUDIT_BODIES=hashed`. **Units** `bytes` of UTF-8. */
export const HashedBody = Schema.Struct({ bytes: Schema.Int, sha256: Schema.String })
export interface HashedBody extends Schema.Schema.Type<typeof HashedBody> {}

/**
 * Where the bodies of an attempt are.
 *
 * - `Sealed`: in a page of its batch, sealed under the data key; `index` counts from 0.
 * - `Hashed`: nowhere; a hash tells whether a given text was the one.
 * - `LeftOut`: too much was waiting to be written when they came.
 */
export const BodiesKept = Schema.Union([
  Schema.TaggedStruct("Sealed", { page: Schema.String, index: Schema.Int }),
  Schema.TaggedStruct("Hashed", { request: Schema.optionalKey(HashedBody), answer: Schema.optionalKey(HashedBody) }),
  Schema.TaggedStruct("LeftOut", {})
])
export type BodiesKept = typeof BodiesKept.Type

/**
 * One row: an event that ended or decided something. `kind` is the event's name, or `RowsRemoved` (retention took rows
 * away), `ChainBroken` (a writer found the file changed) or `Unreadable` (what stands there is no row any more). Names are plain text, so that any later program can read them.
 *
 * **Units** `at` in milliseconds since 1970; `…Millis` in milliseconds; `attempt` counts from 1. `cost` is in
 * micro-dollars. What stands in other fields depends on the kind.
 */
export const AuditRow = Schema.StructWithRest(
  Schema.Struct({
    kind: Schema.String,
    at: Schema.Int,
    callId: Schema.optionalKey(Schema.String),
    owner: Schema.optionalKey(Schema.String),
    provider: Schema.optionalKey(Schema.String),
    operation: Schema.optionalKey(Schema.String),
    scope: Schema.optionalKey(Schema.String),
    keyId: Schema.optionalKey(Schema.String),
    jobId: Schema.optionalKey(Schema.String),
    letterId: Schema.optionalKey(Schema.String),
    retryOf: Schema.optionalKey(Schema.String),
    providerJobId: Schema.optionalKey(Schema.String),
    attempt: Schema.optionalKey(Schema.Int),
    attempts: Schema.optionalKey(Schema.Int),
    elapsedMillis: Schema.optionalKey(Schema.Finite),
    waitMillis: Schema.optionalKey(Schema.Finite),
    delayMillis: Schema.optionalKey(Schema.Finite),
    pauseMillis: Schema.optionalKey(Schema.Finite),
    heldBackBy: Schema.optionalKey(Schema.String),
    tier: Schema.optionalKey(Schema.Struct({ limit: Schema.Int, windowMillis: Schema.Int })),
    circuit: Schema.optionalKey(Schema.String),
    outcome: Schema.optionalKey(Schema.String),
    provenance: Schema.optionalKey(Schema.String),
    reason: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
    because: Schema.optionalKey(Schema.String),
    stoppedBy: Schema.optionalKey(Schema.String),
    status: Schema.optionalKey(Schema.Int),
    cost: Schema.optionalKey(Schema.Struct({ usdMicros: Schema.NullOr(Schema.Int), basis: Schema.String })),
    answer: Schema.optionalKey(Schema.String),
    from: Schema.optionalKey(Schema.String),
    to: Schema.optionalKey(Schema.String),
    count: Schema.optionalKey(Schema.Int),
    bodies: Schema.optionalKey(BodiesKept)
  }),
  [Schema.Record(Schema.String, Schema.Json)]
)
export type AuditRow = typeof AuditRow.Type

/** A row and its place in the chain, counted from 1. */
export interface AuditEntry {
  readonly sequence: number
  readonly row: AuditRow
}

/** A body as it was kept: without pictures, and cut at the limit. **Units** `bytes` of the whole body. */
export interface KeptBody {
  readonly text: string
  readonly bytes: number
  readonly isCut: boolean
}

/** What went over the wire in an attempt, as it was kept. */
export interface KeptBodies {
  readonly request?: KeptBody
  readonly answer?: KeptBody
}

/** A place in the chain: to be noted elsewhere, and asked for later. */
export const ChainPlace = Schema.Struct({ sequence: Schema.Int, link: Schema.String })
export interface ChainPlace extends Schema.Schema.Type<typeof ChainPlace> {}

const rows = { from: Schema.Int, through: Schema.Int }

/**
 * What is wrong with a chain, and where.
 *
 * - `RowsMissing`: these rows were taken out; at the end, the chain was cut off. The row after a gap can not be proven.
 * - `RowChanged`: this row is not the one that was written here: edited, or moved.
 * - `RowsRewritten`: rows of this range were changed and the chain was computed anew after them.
 * - `RowsAdded`: rows stand behind the end of the chain.
 * - `RowMisfiled`: the columns that rows are found by do not say what the row says.
 * - `StartChanged`, `EndChanged`: the mark of where the rows begin or end is missing or not ours.
 * - `BodiesMissing`, `BodiesChanged`: the sealed page that the row names is not there, or not as it was.
 * - `OtherKey`: these rows were sealed under a key that is not here.
 * - `FoundBroken`: whoever wrote this row, or removed rows before it, found the chain broken then.
 * - `PlaceNotFound`: the noted place is not in the chain: it was rolled back, or written anew.
 */
export const AuditFinding = Schema.Union([
  Schema.TaggedStruct("RowsMissing", rows),
  Schema.TaggedStruct("RowChanged", { sequence: Schema.Int }),
  Schema.TaggedStruct("RowsRewritten", rows),
  Schema.TaggedStruct("RowsAdded", rows),
  Schema.TaggedStruct("RowMisfiled", { sequence: Schema.Int }),
  Schema.TaggedStruct("StartChanged", {}),
  Schema.TaggedStruct("EndChanged", {}),
  Schema.TaggedStruct("BodiesMissing", { sequence: Schema.Int, page: Schema.String }),
  Schema.TaggedStruct("BodiesChanged", { sequence: Schema.Int, page: Schema.String }),
  Schema.TaggedStruct("OtherKey", rows),
  Schema.TaggedStruct("FoundBroken", { sequence: Schema.Int, found: Schema.String }),
  Schema.TaggedStruct("PlaceNotFound", { sequence: Schema.Int })
])
export type AuditFinding = typeof AuditFinding.Type

/**
 * What a verification came to. `findings` is empty for a chain that is whole; at most 100 are listed, `furtherFindings`
 * counts the others. `removed` rows were taken away by retention, in order.
 */
export interface AuditReport {
  readonly rows: number
  readonly removed: number
  readonly end: ChainPlace | undefined
  readonly findings: ReadonlyArray<AuditFinding>
  readonly furtherFindings: number
}
