/**
 * How many requests of a quota scope are on the wire at once, all operations together. One slot is kept for those that
 * bring in what is already paid for (status, download, cancel): new work never takes the last one from them.
 *
 * A slot is held from the step that takes the permit until the last byte of the answer, or until the socket is closed.
 */

/** What a slot is taken for: `kept` may use all slots, `ordinary` all but the one that is kept. */
export type SlotUse = "ordinary" | "kept"

/** **Units** `concurrency` in requests at once, from 1. `keepsOne`: whether the scope has operations with kept slots. */
export interface BulkheadOptions {
  readonly concurrency: number
  readonly keepsOne: boolean
}

/** The slots of a scope. Every method is one synchronous step. */
export class Bulkhead {
  #options: BulkheadOptions
  #lowered: { readonly concurrency: number; readonly until: number } | undefined
  #inUse = 0
  #ordinaryInUse = 0

  constructor(options: BulkheadOptions) {
    this.#options = options
  }

  /** Slots in use. */
  get inUse(): number {
    return this.#inUse
  }

  /** Takes another limit; slots in use stay in use. */
  configure(options: BulkheadOptions): void {
    this.#options = options
  }

  /** The provider allows fewer at once, for a while. It never raises the limit of the settings. */
  lower(concurrency: number, until: number): void {
    this.#lowered = { concurrency: Math.max(1, concurrency), until: Math.ceil(until) }
  }

  /** How many may be in use now. */
  concurrencyAt(now: number): number {
    const lowered = this.#lowered
    if (lowered === undefined) return this.#options.concurrency
    if (lowered.until <= now) this.#lowered = undefined
    return lowered.until <= now ? this.#options.concurrency : Math.min(lowered.concurrency, this.#options.concurrency)
  }

  /** When a lowered limit ends, where that could make room; infinity where nothing but a release does. */
  get mayGrowAt(): number {
    return this.#lowered?.until ?? Number.POSITIVE_INFINITY
  }

  /** Whether a slot can be taken now. With one slot in all, none is kept. */
  hasRoom(use: SlotUse, now: number): boolean {
    const concurrency = this.concurrencyAt(now)
    if (this.#inUse >= concurrency) return false
    return use === "kept" || !this.#options.keepsOne || this.#ordinaryInUse < Math.max(1, concurrency - 1)
  }

  take(use: SlotUse): void {
    this.#inUse += 1
    if (use === "ordinary") this.#ordinaryInUse += 1
  }

  release(use: SlotUse): void {
    this.#inUse -= 1
    if (use === "ordinary") this.#ordinaryInUse -= 1
  }
}
