/** A waiting room whose clock and gates are set by hand. */
import { Admission } from "../../../../src/policy/rate-limit/Admission.ts"
import {
  type AdmissionGate,
  type GateRefusal,
  type GateStanding
} from "../../../../src/policy/rate-limit/AdmissionGate.ts"
import type { Lane, LaneOptions } from "../../../../src/policy/rate-limit/Lane.ts"
import { Waiter, type Wish } from "../../../../src/policy/rate-limit/Waiter.ts"
import { WaitingRoom } from "../../../../src/policy/rate-limit/WaitingRoom.ts"

export const agingStep = 1_000

/** A gate and how it stands. */
export class HandGate implements AdmissionGate {
  now: GateStanding = "passes"
  until = Number.POSITIVE_INFINITY
  because: GateRefusal = { reason: "CircuitOpen" }
  entered = 0
  readonly standing = (): GateStanding => this.now
  readonly changesAt = (): number => this.until
  readonly refusal = (): GateRefusal => this.because
  readonly enter = () => ({ generation: 1, id: (this.entered += 1) })
  readonly leave = (): void => undefined
}

export const oneInTen: LaneOptions = {
  tiers: [{ limit: 1, windowMillis: 10 }],
  accounting: "sent",
  queueLimit: 10,
  use: "ordinary"
}

export const unlimited: LaneOptions = { ...oneInTen, tiers: [] }

/** The room, and what it asked of its surroundings. */
export class RoomByHand {
  clock = 0
  wakeAt: number | undefined
  readonly room: WaitingRoom

  constructor(concurrency = Number.POSITIVE_INFINITY) {
    const surroundings = { now: () => this.clock, wakeAt: (at: number) => void (this.wakeAt = at) }
    this.room = new WaitingRoom({ concurrency, keepsOne: false }, surroundings, agingStep)
  }

  lane(options: LaneOptions = oneInTen, gate = new HandGate()): Lane {
    return this.room.openLane(options, gate)
  }

  enter(lane: Lane, wish: Partial<Wish> = {}) {
    const usual = { rank: 1, enqueuedAt: this.clock, deadlineAt: Infinity, leaseMillis: Infinity } as const
    return this.room.enter(lane, { ...usual, ...wish })
  }

  admit(lane: Lane, wish: Partial<Wish> = {}): Admission {
    const entered = this.enter(lane, wish)
    if (!(entered instanceof Admission)) throw new Error("is let in at once")
    return entered
  }

  wait(lane: Lane, wish: Partial<Wish> = {}): Waiter {
    const entered = this.enter(lane, wish)
    if (!(entered instanceof Waiter)) throw new Error("has to wait")
    return entered
  }

  /** Takes the permit of a lane and gives the slot back: from now on only the window holds anybody back. */
  fill(lane: Lane): void {
    const admission = this.admit(lane)
    admission.onSend()
    admission.end()
  }
}

export const isIn = (waiter: Waiter): boolean => waiter.outcome instanceof Admission
