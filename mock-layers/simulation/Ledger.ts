/**
 * What the simulated providers remember of every request: what was asked, when it was counted, and what was charged for
 * it. Keys are not among it. The newest entries are kept; the totals and the instants are of all.
 */
import * as Schema from "effect/Schema"
import { Operation, Provider } from "../../schemas/Provider.ts"
import { InFlight, ProviderCounts } from "./InFlight.ts"
import { InstantLog } from "./InstantLog.ts"
import { FaultKind } from "./Script.ts"

/**
 * One request.
 *
 * **Units** `number` counts all requests from 1; `at` in milliseconds since 1970; `countedAt` in milliseconds with their
 * fraction since the first request was counted, by a clock that never steps back; `usdMicros` in micro-dollars. `status` is
 * null where no answer began, `countedAt` where the connection was refused.
 *
 * **Details** `isOverLimit`: a limit of the script refused it, which is no `fault`.
 */
export const LedgerEntry = Schema.Struct({
  number: Schema.Int,
  at: Schema.Int,
  countedAt: Schema.NullOr(Schema.Finite),
  provider: Provider,
  service: Schema.Literals(["deepseek", "nanobananaapi", "generic", "files"]),
  operation: Operation,
  method: Schema.String,
  path: Schema.String,
  body: Schema.Json,
  status: Schema.NullOr(Schema.Int),
  fault: Schema.NullOr(FaultKind),
  isOverLimit: Schema.Boolean,
  isAccepted: Schema.Boolean,
  jobId: Schema.NullOr(Schema.String),
  usdMicros: Schema.Int
})
export interface LedgerEntry extends Schema.Schema.Type<typeof LedgerEntry> {}

/** What all requests come to, and how many were in flight at once. **Units** counts, and micro-dollars. */
export const LedgerTotals = Schema.Struct({
  requests: Schema.Int,
  acceptedSubmits: Schema.Int,
  chargedCompletions: Schema.Int,
  chargedUsdMicros: Schema.Int,
  overLimit: Schema.Int,
  inFlight: ProviderCounts,
  largestInFlight: ProviderCounts
})
export interface LedgerTotals extends Schema.Schema.Type<typeof LedgerTotals> {}

const keptEntries = 10_000

const noSums = { requests: 0, acceptedSubmits: 0, chargedCompletions: 0, chargedUsdMicros: 0, overLimit: 0 }

/** The ledger. */
export class SimulatedLedger {
  #entries: Array<LedgerEntry> = []
  #sums = noSums
  #originNanos: number | undefined
  readonly #counted = new InstantLog()

  /** Who is on the wire; whoever plays the answers enters each request. */
  readonly inFlight = new InFlight()

  /** The newest requests, the oldest of them first. */
  get entries(): ReadonlyArray<LedgerEntry> {
    return this.#entries.slice(-keptEntries)
  }

  get totals(): LedgerTotals {
    return { ...this.#sums, inFlight: this.inFlight.now, largestInFlight: this.inFlight.largest }
  }

  /** When each request of an operation was counted, of all there were, the oldest first. **Units** as `countedAt`. */
  countedAt(operation: Operation): ReadonlyArray<number> {
    return this.#counted.instants(operation)
  }

  /** The most requests of an operation that were counted in any half-open window `[t, t + window)`, of all there were. */
  largestCountInWindow(operation: Operation, windowMillis: number): number {
    return this.#counted.largestInWindow(operation, windowMillis)
  }

  /** Counts a request at an instant (nanoseconds from any origin), and gives its `countedAt`. */
  count(operation: Operation, nanos: number): number {
    this.#originNanos ??= nanos
    return this.#counted.enter(operation, nanos - this.#originNanos)
  }

  /** Enters a request. */
  enter(entry: Omit<LedgerEntry, "number">): void {
    const { acceptedSubmits, chargedCompletions, chargedUsdMicros, overLimit, requests } = this.#sums
    this.#sums = {
      requests: requests + 1,
      acceptedSubmits: acceptedSubmits + (entry.isAccepted ? 1 : 0),
      chargedCompletions: chargedCompletions + (entry.operation === "chat" && entry.usdMicros > 0 ? 1 : 0),
      chargedUsdMicros: chargedUsdMicros + entry.usdMicros,
      overLimit: overLimit + (entry.isOverLimit ? 1 : 0)
    }
    this.#entries.push({ number: requests + 1, ...entry })
    if (this.#entries.length >= keptEntries * 2) this.#entries = this.#entries.slice(-keptEntries)
  }

  /** Forgets all requests; what is in flight stays counted as such. */
  forget(): void {
    this.#entries = []
    this.#sums = noSums
    this.#originNanos = undefined
    this.#counted.forget()
    this.inFlight.forget()
  }
}
