/**
 * The audit: what became of each call, each attempt and each key, in a chain in which every change is seen.
 *
 * It is told by the one observer of the pipeline, and writes behind the calls: it never makes one wait, and never fails
 * one. What it could not keep is counted, told (`AuditDropped`), and written down as soon as it can be.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { AuditEntry, AuditReport, ChainPlace, KeptBodies } from "../../schemas/Audit.ts"
import type { Owner } from "../../schemas/Identifiers.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { Recorder } from "../telemetry/CallRecorder.ts"

/**
 * Which rows are wanted, the newest first. With `readableBy` only his own, and those of the program itself: what happened to
 * circuits, keys, tokens, settings and the audit.
 *
 * **Units** `since` in milliseconds since 1970; `before` a place in the chain; `limit` rows, default 50.
 */
export interface AuditQuery {
  readonly owner?: string
  readonly readableBy?: Owner
  readonly kind?: string
  readonly since?: number
  readonly before?: number
  readonly limit?: number
}

/** How the audit fares. **Units** rows: `written` since the program began, `waiting` now, `dropped` for good. */
export interface AuditStatistics {
  readonly written: number
  readonly waiting: number
  readonly dropped: number
}

/**
 * The service.
 *
 * **Errors** `StorageFailed`, when reading: its `problem` says whether the file is locked, damaged, or not to be read.
 * Recording has none.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { AuditLog, PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const program = Effect.gen(function* () {
 *   const { callId } = yield* PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))
 *   const audit = yield* AuditLog
 *   const kinds = (yield* audit.ofCall(callId)).map(({ row }) => row.kind)
 *   return { kinds, findings: (yield* audit.verify()).findings }
 * })
 * const { findings, kinds } = await Effect.runPromise(Effect.provide(program, Mock.layer))
 * kinds // => ["CacheAnswered", "AttemptSucceeded", "CallSucceeded"]
 * findings // => []
 * ```
 */
export class AuditLog extends Context.Service<
  AuditLog,
  {
    /** Hears an event; takes no longer than to put it in a list. */
    readonly record: Recorder
    /** Writes what waits. What can not be written now waits on. */
    readonly flush: Effect.Effect<void>
    /** Rows, the newest first. */
    readonly list: (query?: AuditQuery) => Effect.Effect<ReadonlyArray<AuditEntry>, typeof StorageFailed.Type>
    /** The rows of a call, in order. */
    readonly ofCall: (callId: string) => Effect.Effect<ReadonlyArray<AuditEntry>, typeof StorageFailed.Type>
    /** One row. */
    readonly get: (sequence: number) => Effect.Effect<AuditEntry | undefined, typeof StorageFailed.Type>
    /** The bodies of an attempt's row, opened; `undefined` where none were sealed. They hold prompts and answers. */
    readonly bodies: (entry: AuditEntry) => Effect.Effect<KeptBodies | undefined, typeof StorageFailed.Type>
    /** Walks the whole chain. `noted` is a place of it that was noted elsewhere, and must still be in it. */
    readonly verify: (noted?: ChainPlace) => Effect.Effect<AuditReport, typeof StorageFailed.Type>
    readonly statistics: Effect.Effect<AuditStatistics>
  }
>()("@ludeng/providers/audit/AuditLog") {}
