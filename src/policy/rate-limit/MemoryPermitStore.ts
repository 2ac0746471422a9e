/**
 * The permits of one quota in memory, exact within one process.
 */
import type { Acquisition, PermitId, PermitStore, TierUsage } from "./PermitStore.ts"
import { PermitWindow } from "./PermitWindow.ts"
import type { RateTier } from "./RateTier.ts"

/** The store. It never fails. */
export class MemoryPermitStore implements PermitStore {
  readonly #window: PermitWindow
  #lastPermit = 0

  constructor(tiers: ReadonlyArray<RateTier>) {
    this.#window = new PermitWindow(tiers)
  }

  configure(tiers: ReadonlyArray<RateTier>): void {
    this.#window.configure(tiers)
  }

  acquire(now: number, leaseUntil: number): Exclude<Acquisition, { readonly _tag: "StorageFailed" }> {
    const blocked = this.#window.blocked(now)
    if (blocked !== undefined) return blocked
    this.#lastPermit += 1
    this.#window.take(this.#lastPermit, leaseUntil)
    return { _tag: "Acquired", permit: this.#lastPermit }
  }

  end(permit: PermitId, at: number): void {
    this.#window.end(permit, at)
  }

  giveBack(permit: PermitId): void {
    this.#window.giveBack(permit)
  }

  forecast(position: number, now: number, notBefore: number): number {
    return this.#window.forecast(position, now, notBefore)
  }

  usage(now: number): ReadonlyArray<TierUsage> {
    return this.#window.usage(now)
  }
}
