/**
 * One door of a waiting room: an operation with its limits, its gate and its queue.
 */
import type { SlotUse } from "../bulkhead/Bulkhead.ts"
import { Allowance } from "./Allowance.ts"
import type { AdmissionGate } from "./AdmissionGate.ts"
import type { PermitStore } from "./PermitStore.ts"
import type { Accounting } from "../../../schemas/RateLimit.ts"
import type { RateTier } from "./RateTier.ts"
import type { Waiter } from "./Waiter.ts"
import { WaitingQueue } from "./WaitingQueue.ts"

/** **Units** `queueLimit` in callers who wait. `use`: which slots of the bulkhead the operation may take. */
export interface LaneOptions {
  readonly tiers: ReadonlyArray<RateTier>
  readonly accounting: Accounting
  readonly queueLimit: number
  readonly use: SlotUse
}

/** The door. **Units** `pausedUntil` in milliseconds of the monotonic clock. */
export class Lane {
  store: PermitStore
  readonly queue: WaitingQueue<Waiter>
  readonly gate: AdmissionGate
  options: LaneOptions
  pausedUntil = Number.NEGATIVE_INFINITY
  readonly allowance = new Allowance()
  /** Requests that were let in and have not ended. */
  inFlight = 0

  constructor(options: LaneOptions, gate: AdmissionGate, store: PermitStore, agingStepMillis: number | undefined) {
    this.options = options
    this.gate = gate
    this.store = store
    this.queue = new WaitingQueue(agingStepMillis)
  }

  /** Before which instant the provider lets nobody in. */
  heldUntil(now: number): number {
    return Math.max(this.pausedUntil, this.allowance.notBefore(1, now))
  }

  /** When whoever stands at a place (from 1) will be let in at the earliest, as far as limits and the provider say. */
  startOf(position: number, now: number): number {
    const forecast = this.store.forecast(position, now, this.pausedUntil)
    return Math.max(forecast, this.allowance.notBefore(position, now))
  }
}
