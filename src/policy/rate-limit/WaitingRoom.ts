/**
 * The waiting room of one quota scope: whoever wants to send a request gets a permit, a slot and the gate's leave in one
 * synchronous step, or waits here, in order, until all three can be had.
 *
 * Each operation has a lane of its own (its limits, its circuit, its queue); the slots of the bulkhead are shared. The
 * room has one timer, for the earliest instant at which anything can change by itself; everything else that changes
 * (an answer, a release, a settings change, a circuit) calls `drain`.
 */
import { Bulkhead, type BulkheadOptions } from "../bulkhead/Bulkhead.ts"
import { Admission, type AdmissionDesk } from "./Admission.ts"
import { type AdmissionGate, openGate } from "./AdmissionGate.ts"
import { Lane, type LaneOptions } from "./Lane.ts"
import { MemoryPermitStore } from "./MemoryPermitStore.ts"
import type { PermitStore } from "./PermitStore.ts"
import type { Refusal } from "./Refusal.ts"
import { type Hold, Waiter, type Wish } from "./Waiter.ts"
import type { Rank } from "./WaitingQueue.ts"

/** What the room needs of its surroundings. */
export interface RoomSurroundings {
  /** The monotonic clock. **Units** milliseconds, with fractions. */
  readonly now: () => number
  /** Calls `drain` at an instant; a later call replaces the earlier one. Infinity: not at all. */
  readonly wakeAt: (at: number) => void
}

type Step =
  | { readonly _tag: "Admitted"; readonly admission: Admission }
  | { readonly _tag: "Refused"; readonly refusal: Refusal }
  | { readonly _tag: "Blocked"; readonly until: number; readonly by: Hold }

/** The least time that whoever finds the queue full is told to stay away. **Units** milliseconds. */
const fullQueueMillis = 1_000

/** The room. All methods are one synchronous step each. */
export class WaitingRoom implements AdmissionDesk {
  readonly bulkhead: Bulkhead
  readonly #surroundings: RoomSurroundings
  readonly #agingStepMillis: number | undefined
  readonly #lanes: Array<Lane> = []
  #wakeAt = Number.POSITIVE_INFINITY
  #isDraining = false
  #mustDrainAgain = false

  constructor(bulkhead: BulkheadOptions, surroundings: RoomSurroundings, agingStepMillis?: number) {
    this.bulkhead = new Bulkhead(bulkhead)
    this.#surroundings = surroundings
    this.#agingStepMillis = agingStepMillis
  }

  /** Adds a door; its permits are kept in memory where no store is given. */
  openLane(options: LaneOptions, gate: AdmissionGate = openGate, store?: PermitStore): Lane {
    const lane = new Lane(options, gate, store ?? new MemoryPermitStore(options.tiers), this.#agingStepMillis)
    this.#lanes.push(lane)
    return lane
  }

  /**
   * Changes a door's limits while callers wait: what was counted stays counted, and who can go now goes. Another store is
   * another account's; permits that are out go back to where they were taken.
   */
  configureLane(lane: Lane, options: LaneOptions, store: PermitStore = lane.store): void {
    lane.options = options
    lane.store = store
    lane.store.configure(options.tiers)
    this.drain()
  }

  /** Changes the slots while callers wait. */
  configureBulkhead(options: BulkheadOptions): void {
    this.bulkhead.configure(options)
    this.drain()
  }

  /** The provider allows fewer at once until an instant. A later, milder word of it may let somebody in. */
  lowerConcurrency(concurrency: number, until: number): void {
    this.bulkhead.lower(concurrency, until)
    this.drain()
  }

  /** Nobody is let in at this door before an instant; an earlier pause is never shortened. Whether it was made longer. */
  pause(lane: Lane, until: number): boolean {
    const at = Math.ceil(until)
    if (!(at > lane.pausedUntil)) return false
    lane.pausedUntil = at
    this.drain()
    return true
  }

  /**
   * The provider allows only so many more before an instant. Those on the wire besides the one whose answer says so may
   * not be counted yet. A later, milder word may let somebody in.
   */
  allow(lane: Lane, left: number, until: number): void {
    lane.allowance.set(left - Math.max(0, lane.inFlight - 1), until)
    this.drain()
  }

  /** Lets in, refuses, or gives a place to wait. */
  enter(lane: Lane, wish: Wish): Admission | Refusal | Waiter {
    const now = this.#now
    if (lane.queue.size === 0) {
      const step = this.#step(lane, wish.leaseMillis, now)
      if (step._tag === "Admitted") return step.admission
      if (step._tag === "Refused") return step.refusal
    } else if (lane.gate.standing(now) === "refuses") return gateRefusal(lane, now)
    if (lane.queue.size >= lane.options.queueLimit) return this.queueFull(lane)
    if (Number.isFinite(wish.deadlineAt)) {
      // Who comes again has his old place, and is not asked to predict his wait anew.
      const ahead = wish.enqueuedAt < now ? 0 : lane.queue.countBefore(wish.rank, now)
      const at = lane.startOf(ahead + 1, now)
      if (at > wish.deadlineAt) return { _tag: "RateLimitExceeded", retryAfterMillis: at - now }
    }
    const waiter = new Waiter(lane, wish)
    const isFirst = lane.queue.size === 0
    lane.queue.add(waiter)
    // Behind others nobody can go whom time has not let in: all that is not time has called `drain` itself.
    if (isFirst || now >= this.#wakeAt) this.drain()
    return waiter
  }

  /** Too many wait. There is room again when the next of them may go: when a slot will be free nobody knows. */
  queueFull(lane: Lane): Refusal {
    const now = this.#now
    return {
      _tag: "QueueFull",
      retryAfterMillis: Math.max(fullQueueMillis, lane.startOf(1, now) - now)
    }
  }

  /** When somebody of this rank who came now would start at the earliest. **Units** milliseconds from now. */
  predictedWaitMillis(lane: Lane, rank: Rank): number {
    const now = this.#now
    const ahead = lane.queue.countBefore(rank, now)
    return Math.max(0, lane.startOf(ahead + 1, now) - now)
  }

  /** A waiter's wish has grown (somebody with a better one waits for the same): it moves to where it would be now. */
  raise(waiter: Waiter, rank: Rank, deadlineAt: number): void {
    if (!waiter.isQueued) return
    waiter.lane.queue.remove(waiter)
    waiter.rank = rank
    waiter.deadlineAt = deadlineAt
    waiter.lane.queue.add(waiter)
    this.drain()
  }

  /** A waiter gives up: for everybody else it is as if he had never come. */
  giveUp(waiter: Waiter): void {
    waiter.lane.queue.remove(waiter)
  }

  /** A waiter's deadline has come: he is let in if it can be at this very instant, or leaves and hears why not. */
  overdue(waiter: Waiter): Admission | Refusal {
    this.drain()
    if (waiter.outcome !== undefined) return waiter.outcome
    this.giveUp(waiter)
    const now = this.#now
    const at = waiter.lane.startOf(1, now)
    return at > now ? { _tag: "RateLimitExceeded", retryAfterMillis: at - now } : { _tag: "DeadlineExceeded" }
  }

  /** An admission is over: its slot goes to the next. The gate hears of the outcome from its holder, before. */
  takeBack(admission: Admission): void {
    admission.lane.inFlight -= 1
    this.bulkhead.release(admission.use)
    this.drain()
  }

  /** The present instant and so many milliseconds, rounded up. */
  instantAfter(millis: number): number {
    return Math.ceil(this.#surroundings.now()) + millis
  }

  /** Lets in everybody who can go, and sets the timer for the next change. */
  drain(): void {
    // A waiter that is let in may come back at once; the loop below sees what it changed.
    this.#mustDrainAgain = true
    if (this.#isDraining) return
    this.#isDraining = true
    try {
      while (this.#mustDrainAgain) {
        this.#mustDrainAgain = false
        this.#wakeAt = this.#drainOnce()
        this.#surroundings.wakeAt(this.#wakeAt)
      }
    } finally {
      this.#isDraining = false
    }
  }

  get #now(): number {
    return Math.floor(this.#surroundings.now())
  }

  /** One pass over the doors, best waiter first. Answers when something can change by itself. */
  #drainOnce(): number {
    let wakeAt = Number.POSITIVE_INFINITY
    if (this.#lanes.every((it) => it.queue.size === 0)) return wakeAt
    const blocked = new Set<Lane>()
    for (let lane = this.#bestLane(blocked); lane !== undefined; lane = this.#bestLane(blocked)) {
      const waiter = lane.queue.next
      if (waiter === undefined) break
      const step = this.#step(lane, waiter.leaseMillis, this.#now)
      if (step._tag === "Blocked") {
        waiter.heldBackBy ??= step.by
        blocked.add(lane)
        wakeAt = Math.min(wakeAt, step.until)
        continue
      }
      lane.queue.remove(waiter)
      waiter.settle(step._tag === "Admitted" ? step.admission : step.refusal)
    }
    return wakeAt
  }

  #bestLane(blocked: ReadonlySet<Lane>): Lane | undefined {
    let best: Lane | undefined
    let bestOrder = Number.POSITIVE_INFINITY
    for (const lane of this.#lanes) {
      const next = lane.queue.next
      if (next === undefined || blocked.has(lane)) continue
      const order = lane.queue.orderOf(next)
      if (order < bestOrder) {
        best = lane
        bestOrder = order
      }
    }
    return best
  }

  /** All or nothing: gate, slot and permit, or the reason why not. */
  #step(lane: Lane, leaseMillis: number, now: number): Step {
    const standing = lane.gate.standing(now)
    if (standing === "refuses") return { _tag: "Refused", refusal: gateRefusal(lane, now) }
    if (standing === "waits") return { _tag: "Blocked", until: lane.gate.changesAt(now), by: held("circuit") }
    const heldUntil = lane.heldUntil(now)
    if (heldUntil > now) return { _tag: "Blocked", until: heldUntil, by: held("pause") }
    if (!this.bulkhead.hasRoom(lane.options.use, now)) {
      return { _tag: "Blocked", until: this.bulkhead.mayGrowAt, by: held("slot") }
    }
    const acquired = lane.store.acquire(now, Math.ceil(now + leaseMillis))
    if (acquired._tag === "StorageFailed") return { _tag: "Refused", refusal: acquired }
    if (acquired._tag === "WaitUntil") return { _tag: "Blocked", until: acquired.at, by: held("window", acquired.tier) }
    this.bulkhead.take(lane.options.use)
    lane.allowance.take()
    lane.inFlight += 1
    return { _tag: "Admitted", admission: new Admission(this, lane, acquired.permit, lane.gate.enter(now)) }
  }
}

const held = (by: Hold["by"], tier?: Hold["tier"]): Hold => (tier === undefined ? { by } : { by, tier })

const gateRefusal = (lane: Lane, now: number): Refusal => {
  const { reason, retryAfterMillis } = lane.gate.refusal(now)
  if (reason === "Isolated") return { _tag: "Isolated" }
  return retryAfterMillis === undefined ? { _tag: "CircuitOpen" } : { _tag: "CircuitOpen", retryAfterMillis }
}
