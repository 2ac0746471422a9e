/**
 * Somebody who waits at a door, and what has become of it.
 */
import type { Admission } from "./Admission.ts"
import type { Lane } from "./Lane.ts"
import type { RateTier } from "./RateTier.ts"
import type { Refusal } from "./Refusal.ts"
import { QueuePlace, type Rank } from "./WaitingQueue.ts"

/** What somebody asks for who wants to be let in. **Units** instants in milliseconds of the monotonic clock. */
export interface Wish {
  readonly rank: Rank
  /** When the caller first came, in whole milliseconds; one whom the provider sent back keeps his place. */
  readonly enqueuedAt: number
  /** The latest start of any use; infinity where there is none. */
  readonly deadlineAt: number
  /** How long the permit may be in flight before it is taken for ended. **Units** milliseconds. */
  readonly leaseMillis: number
}

/** What somebody at the head of the queue waits for; the tier where it is a window. */
export interface Hold {
  readonly by: "window" | "pause" | "slot" | "circuit"
  readonly tier?: RateTier
}

/** The waiter. It is settled once, at the latest when its caller gives up. */
export class Waiter extends QueuePlace {
  readonly lane: Lane
  readonly leaseMillis: number
  deadlineAt: number
  /** What it waited for first, once it had come to the head of the queue. */
  heldBackBy: Hold | undefined
  #outcome: Admission | Refusal | undefined
  #onSettled: ((outcome: Admission | Refusal) => void) | undefined

  constructor(lane: Lane, wish: Wish) {
    super(wish.rank, wish.enqueuedAt)
    this.lane = lane
    this.leaseMillis = wish.leaseMillis
    this.deadlineAt = wish.deadlineAt
  }

  /** What became of it; `undefined` while it waits. */
  get outcome(): Admission | Refusal | undefined {
    return this.#outcome
  }

  settle(outcome: Admission | Refusal): void {
    this.#outcome = outcome
    this.#onSettled?.(outcome)
  }

  /** Calls `listen` when it is settled, or at once if it is. */
  onSettled(listen: (outcome: Admission | Refusal) => void): void {
    if (this.#outcome === undefined) this.#onSettled = listen
    else listen(this.#outcome)
  }
}
