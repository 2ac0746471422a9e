/**
 * Who waits at one door, in the order in which they go: by `enqueuedAt + rank * agingStep`, first come first served
 * within a class. A class goes before the next one, until somebody of the next has waited `agingStep` longer: nobody
 * starves.
 *
 * Entering, leaving and being called cost O(1): a linked list for each class, and in each a mark up to where its waiters
 * have aged past a newcomer of a better class.
 */
import type { Priority } from "../../../schemas/CallOptions.ts"

/** The place of a priority: 0 goes first. */
export const rankOf = (priority: Priority): Rank => (priority === "high" ? 0 : priority === "normal" ? 1 : 2)

/** 0 for high, 1 for normal, 2 for low. */
export type Rank = 0 | 1 | 2

/** How much longer somebody has to have waited than a newcomer of the next better class to go first. */
export const defaultAgingStepMillis = 10_000

/** A place in the queue. **Units** `enqueuedAt` in milliseconds; one who comes again keeps the first one. */
export abstract class QueuePlace {
  /** Changes only while it is in no queue. */
  rank: Rank
  readonly enqueuedAt: number
  isQueued = false
  before: QueuePlace | undefined
  after: QueuePlace | undefined
  /** Bit `n` is set while the class counts it among those that have waited for more than `n + 1` aging steps. */
  agedMarks = 0

  constructor(rank: Rank, enqueuedAt: number) {
    this.rank = rank
    this.enqueuedAt = enqueuedAt
  }
}

/** How many of a class have waited for more than so many aging steps, kept while time goes on. */
interface AgingMark {
  aged: number
  /** The first that has not. */
  edge: QueuePlace | undefined
  markedAt: number
}

class QueueClass<P extends QueuePlace> {
  size = 0
  head: P | undefined
  tail: P | undefined
  readonly #agingStep: number
  readonly #marks: ReadonlyArray<AgingMark>

  constructor(rank: number, agingStep: number) {
    this.#agingStep = agingStep
    this.#marks = Array.from({ length: rank }, () => ({
      aged: 0,
      edge: undefined,
      markedAt: Number.NEGATIVE_INFINITY
    }))
  }

  /** Those who would go before a newcomer of a class better by `steps`. */
  agedBy(steps: number, now: number): number {
    const mark = this.#marks[steps - 1]
    if (mark === undefined) return this.size
    mark.markedAt = Math.max(mark.markedAt, now)
    while (mark.edge !== undefined && this.#isAged(mark.edge, steps, mark.markedAt)) {
      mark.edge.agedMarks |= 1 << (steps - 1)
      mark.aged += 1
      mark.edge = mark.edge.after
    }
    return mark.aged
  }

  add(place: P): void {
    const after = this.tail === undefined || this.tail.enqueuedAt <= place.enqueuedAt ? undefined : this.#after(place)
    const before = after === undefined ? this.tail : (after.before as P | undefined)
    place.before = before
    place.after = after
    if (before === undefined) this.head = place
    else before.after = place
    if (after === undefined) this.tail = place
    else after.before = place
    place.isQueued = true
    this.size += 1
    this.#marks.forEach((mark, index) => {
      if (this.#isAged(place, index + 1, mark.markedAt)) {
        place.agedMarks |= 1 << index
        mark.aged += 1
      } else if (mark.edge === after) mark.edge = place
    })
  }

  remove(place: P): void {
    const { after, before } = place
    if (before === undefined) this.head = after as P | undefined
    else before.after = after
    if (after === undefined) this.tail = before as P | undefined
    else after.before = before
    this.#marks.forEach((mark, index) => {
      if ((place.agedMarks & (1 << index)) !== 0) mark.aged -= 1
      else if (mark.edge === place) mark.edge = after
    })
    place.isQueued = false
    place.agedMarks = 0
    place.before = place.after = undefined
    this.size -= 1
  }

  /** Who is next after its place. It is looked for from both ends: who comes again belongs far in front, and who was held up on his way here far behind. */
  #after(place: P): P | undefined {
    let first: QueuePlace | undefined = this.head
    let last: QueuePlace | undefined = this.tail
    while (first !== undefined && last !== undefined) {
      if (first.enqueuedAt > place.enqueuedAt) return first as P
      if (last.enqueuedAt <= place.enqueuedAt) return last.after as P | undefined
      first = first.after
      last = last.before
    }
    return undefined
  }

  #isAged(place: QueuePlace, steps: number, now: number): boolean {
    return place.enqueuedAt + steps * this.#agingStep < now
  }
}

/** The queue. **Units** `agingStep` in milliseconds. */
export class WaitingQueue<P extends QueuePlace> {
  readonly #agingStep: number
  readonly #classes: readonly [QueueClass<P>, QueueClass<P>, QueueClass<P>]

  constructor(agingStep: number = defaultAgingStepMillis) {
    this.#agingStep = agingStep
    this.#classes = [new QueueClass(0, agingStep), new QueueClass(1, agingStep), new QueueClass(2, agingStep)]
  }

  /** How many wait. */
  get size(): number {
    return this.#classes[0].size + this.#classes[1].size + this.#classes[2].size
  }

  /** How many wait in a class. */
  sizeOf(rank: Rank): number {
    return this.#classes[rank].size
  }

  /** When the one came who has waited longest; `undefined` where nobody waits. */
  get oldestEnqueuedAt(): number | undefined {
    let oldest: number | undefined
    for (const { head } of this.#classes) {
      if (head !== undefined && (oldest === undefined || head.enqueuedAt < oldest)) oldest = head.enqueuedAt
    }
    return oldest
  }

  /** How many go before somebody who enters now. */
  countBefore(rank: Rank, now: number): number {
    let count = 0
    for (let other = 0; other <= 2; other++) {
      const its = this.#classes[other as Rank]
      count += other <= rank ? its.size : its.agedBy(other - rank, now)
    }
    return count
  }

  add(place: P): void {
    this.#classes[place.rank].add(place)
  }

  /** Takes somebody out, wherever in the queue. */
  remove(place: P): void {
    if (place.isQueued) this.#classes[place.rank].remove(place)
  }

  /** Who goes next. */
  get next(): P | undefined {
    let first: P | undefined
    for (const { head } of this.#classes) {
      if (head !== undefined && (first === undefined || this.orderOf(head) < this.orderOf(first))) first = head
    }
    return first
  }

  /** What the order goes by; smaller goes first. */
  orderOf(place: QueuePlace): number {
    return place.enqueuedAt + place.rank * this.#agingStep
  }
}
