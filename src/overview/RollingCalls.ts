/**
 * Requests over the last while, in slots of equal length: how many ended, how many of them failed, and how long they took.
 * What is older than the ring is forgotten; its memory is bounded by its slots and grows with nothing else.
 */
import { bucketCount, bucketOf, quantile } from "./LatencyHistogram.ts"

interface Slot {
  /** The number of the slot since the beginning of time; another than asked for means that the slot is of old. */
  index: number
  calls: number
  failed: number
  counts: Uint32Array | undefined
}

/** What ended in one slot, and the percentiles of the span that ends with it. **Units** milliseconds. */
export interface RollingPoint {
  readonly calls: number
  readonly failed: number
  readonly p50Millis: number | null
  readonly p99Millis: number | null
}

/** The ring. **Units** `slotMillis` milliseconds in a slot. */
export class RollingCalls {
  readonly slotMillis: number
  readonly #slots: ReadonlyArray<Slot>

  constructor(slotMillis: number, slots: number) {
    this.slotMillis = slotMillis
    this.#slots = Array.from({ length: slots }, () => ({ index: -1, calls: 0, failed: 0, counts: undefined }))
  }

  /** Counts a request. One that ended before the ring begins is not counted. **Units** `at` and `tookMillis` milliseconds. */
  add(at: number, tookMillis: number, isFailed: boolean): void {
    const index = Math.floor(at / this.slotMillis)
    const slot = this.#slotAt(index)
    if (slot === undefined || slot.index > index) return
    if (slot.index < index) {
      slot.index = index
      slot.calls = slot.failed = 0
      slot.counts?.fill(0)
    }
    slot.calls += 1
    if (isFailed) slot.failed += 1
    slot.counts ??= new Uint32Array(bucketCount)
    const bucket = bucketOf(tookMillis)
    slot.counts[bucket] = (slot.counts[bucket] ?? 0) + 1
  }

  /** All that ended in the `slots` slots of which the last holds `at`. */
  sum(at: number, slots: number): RollingPoint {
    const last = Math.floor(at / this.slotMillis)
    const window = new Window()
    for (let index = last - slots + 1; index <= last; index++) window.add(this.#of(index), 1)
    return window.point(window.calls, window.failed)
  }

  /** The last `slots` full slots before the one that holds `at`, the oldest first; percentiles of `span` slots each. */
  series(at: number, slots: number, span: number): ReadonlyArray<RollingPoint> {
    const end = Math.floor(at / this.slotMillis)
    const window = new Window()
    const points: Array<RollingPoint> = []
    for (let index = end - slots - span + 1; index < end; index++) {
      const slot = this.#of(index)
      window.add(slot, 1)
      window.add(this.#of(index - span), index - span > end - slots - span ? -1 : 0)
      if (index >= end - slots) points.push(window.point(slot?.calls ?? 0, slot?.failed ?? 0))
    }
    return points
  }

  #slotAt(index: number): Slot | undefined {
    return this.#slots[((index % this.#slots.length) + this.#slots.length) % this.#slots.length]
  }

  #of(index: number): Slot | undefined {
    const slot = this.#slotAt(index)
    return slot?.index === index ? slot : undefined
  }
}

/** A sum of slots that slides over them. */
class Window {
  calls = 0
  failed = 0
  readonly #counts = new Int32Array(bucketCount)

  add(slot: Slot | undefined, sign: -1 | 0 | 1): void {
    if (slot?.counts === undefined || sign === 0) return
    this.calls += sign * slot.calls
    this.failed += sign * slot.failed
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + sign * (slot.counts[bucket] ?? 0)
    }
  }

  point(calls: number, failed: number): RollingPoint {
    const at = (share: number) => quantile(this.#counts, this.calls, share) ?? null
    return { calls, failed, p50Millis: at(0.5), p99Millis: at(0.99) }
  }
}
