/**
 * What the simulated providers remember of every request: what was asked, and what was charged for it. Keys are not
 * among it. The newest entries are kept, the totals count all.
 */
import * as Schema from "effect/Schema"
import { Operation, Provider } from "../../schemas/Provider.ts"
import { FaultKind } from "./Script.ts"

/**
 * One request.
 *
 * **Units** `number` counts all requests from 1; `at` in milliseconds since 1970; `usdMicros` in micro-dollars. `status`
 * is null where no answer began.
 */
export const LedgerEntry = Schema.Struct({
  number: Schema.Int,
  at: Schema.Int,
  provider: Provider,
  service: Schema.Literals(["deepseek", "nanobananaapi", "generic", "files"]),
  operation: Operation,
  method: Schema.String,
  path: Schema.String,
  body: Schema.Json,
  status: Schema.NullOr(Schema.Int),
  fault: Schema.NullOr(FaultKind),
  isAccepted: Schema.Boolean,
  jobId: Schema.NullOr(Schema.String),
  usdMicros: Schema.Int
})
export interface LedgerEntry extends Schema.Schema.Type<typeof LedgerEntry> {}

/** What all requests come to. **Units** counts, and micro-dollars. */
export const LedgerTotals = Schema.Struct({
  requests: Schema.Int,
  acceptedSubmits: Schema.Int,
  chargedCompletions: Schema.Int,
  chargedUsdMicros: Schema.Int
})
export interface LedgerTotals extends Schema.Schema.Type<typeof LedgerTotals> {}

const keptEntries = 10_000

/** The ledger. */
export class SimulatedLedger {
  #entries: Array<LedgerEntry> = []
  #totals: LedgerTotals = { requests: 0, acceptedSubmits: 0, chargedCompletions: 0, chargedUsdMicros: 0 }

  /** The newest requests, the oldest of them first. */
  get entries(): ReadonlyArray<LedgerEntry> {
    return this.#entries.slice(-keptEntries)
  }

  get totals(): LedgerTotals {
    return this.#totals
  }

  /** Enters a request. */
  enter(entry: Omit<LedgerEntry, "number">): void {
    const { acceptedSubmits, chargedCompletions, chargedUsdMicros, requests } = this.#totals
    this.#totals = {
      requests: requests + 1,
      acceptedSubmits: acceptedSubmits + (entry.isAccepted ? 1 : 0),
      chargedCompletions: chargedCompletions + (entry.operation === "chat" && entry.usdMicros > 0 ? 1 : 0),
      chargedUsdMicros: chargedUsdMicros + entry.usdMicros
    }
    this.#entries.push({ number: requests + 1, ...entry })
    if (this.#entries.length >= keptEntries * 2) this.#entries = this.#entries.slice(-keptEntries)
  }
}
