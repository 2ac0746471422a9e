/**
 * All the times that something waits for, in one list with one sleeping fiber: thousands of calls with a time limit each
 * cost no timer and no fiber of their own.
 *
 * A heap by instant. Limits of the same length come in order, so entering costs O(1) nearly always; cancelling marks the
 * entry, and marked entries are swept out before they outnumber the others.
 *
 * **Gotchas** What is run must not throw and not wait. It runs at its instant or later, never before.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { millisOf } from "./Deadline.ts"

/** Something that will be run, unless it is cancelled. */
export interface Timeout {
  readonly cancel: () => void
}

class Entry implements Timeout {
  readonly at: number
  readonly #list: { sweep: () => void }
  #run: (() => void) | undefined

  constructor(at: number, run: () => void, list: { sweep: () => void }) {
    this.at = at
    this.#run = run
    this.#list = list
  }

  /** It was cancelled, or has run. */
  get isOver(): boolean {
    return this.#run === undefined
  }

  /** Lets go of what would have run at once: the entry itself stays in the list for a while. */
  cancel(): void {
    if (this.#run === undefined) return
    this.#run = undefined
    this.#list.sweep()
  }

  /** From here on it can not be cancelled: a late cancel must not be counted as a dead entry. */
  fire(): void {
    const run = this.#run
    this.#run = undefined
    run?.()
  }
}

/** Cancelled entries that are kept before the list is swept, besides as many as there are others. */
const toleratedDead = 256

/** The list. **Units** instants in milliseconds of the monotonic clock. */
export class TimeoutList {
  readonly #now: () => number
  readonly #fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  #heap: Array<Entry> = []
  #dead = 0
  #armedAt = Number.POSITIVE_INFINITY
  #sleeper: Fiber.Fiber<void> | undefined
  #isFiring = false
  #isClosed = false

  constructor(now: () => number, fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>) {
    this.#now = now
    this.#fork = fork
  }

  /** How many will run. */
  get size(): number {
    return this.#heap.length - this.#dead
  }

  /** Runs `run` at an instant; in a step of its own also where that is already past. */
  schedule(at: number, run: () => void): Timeout {
    const entry = new Entry(at, run, this)
    if (this.#isClosed) return entry
    this.#add(entry)
    if (at < this.#armedAt && !this.#isFiring) this.#arm(at)
    return entry
  }

  /** Counts a cancelled entry, and drops them all when they are too many. */
  sweep(): void {
    this.#dead += 1
    if (this.#dead * 2 <= this.#heap.length + toleratedDead) return
    const alive = this.#heap.filter((entry) => !entry.isOver)
    this.#heap = []
    this.#dead = 0
    for (const entry of alive) this.#add(entry)
  }

  /** Forgets everything; nothing runs any more. */
  close(): void {
    this.#isClosed = true
    this.#heap = []
    this.#dead = 0
    this.#sleeper?.interruptUnsafe()
  }

  #arm(at: number): void {
    this.#sleeper?.interruptUnsafe()
    this.#armedAt = at
    const sleep = Effect.suspend(() => {
      const millis = Math.ceil(at - this.#now())
      return millis > 0 ? Effect.sleep(Duration.millis(millis)) : Effect.yieldNow
    })
    this.#sleeper = this.#fork(
      Effect.andThen(
        sleep,
        Effect.sync(() => this.#fire())
      )
    )
  }

  #fire(): void {
    this.#armedAt = Number.POSITIVE_INFINITY
    this.#sleeper = undefined
    this.#isFiring = true
    try {
      const now = this.#now()
      for (let entry = this.#heap[0]; entry !== undefined && (entry.isOver || entry.at <= now);) {
        this.#removeFirst()
        if (entry.isOver) this.#dead -= 1
        else entry.fire()
        entry = this.#heap[0]
      }
    } finally {
      this.#isFiring = false
      const next = this.#heap[0]
      if (next !== undefined) this.#arm(next.at)
    }
  }

  #add(entry: Entry): void {
    const heap = this.#heap
    let place = heap.length
    heap.push(entry)
    while (place > 0) {
      const parent = (place - 1) >> 1
      const other = heap[parent]
      if (other === undefined || other.at <= entry.at) break
      heap[place] = other
      place = parent
    }
    heap[place] = entry
  }

  #removeFirst(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      const left = heap[child]
      if (left === undefined) break
      const right = heap[child + 1]
      if (right !== undefined && right.at < left.at) child += 1
      const smaller = heap[child]
      if (smaller === undefined || smaller.at >= last.at) break
      heap[place] = smaller
      place = child
    }
    heap[place] = last
  }
}

/** Makes a list on the current clock; it is closed with the scope. */
export const makeTimeoutList: Effect.Effect<TimeoutList, never, Scope.Scope> = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const context = yield* Effect.context<never>()
  const list = new TimeoutList(() => millisOf(clock), Effect.runForkWith(context))
  yield* Effect.addFinalizer(() => Effect.sync(() => list.close()))
  return list
})
