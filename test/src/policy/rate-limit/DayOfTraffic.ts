/**
 * Days of traffic through one waiting room in virtual time: quiet nights, busy noons, bursts, slow answers, broken
 * connections, callers who give up. The provider's windows are counted from outside.
 */
import { Admission } from "../../../../src/policy/rate-limit/Admission.ts"
import type { Refusal } from "../../../../src/policy/rate-limit/Refusal.ts"
import { Waiter } from "../../../../src/policy/rate-limit/Waiter.ts"
import { WaitingRoom } from "../../../../src/policy/rate-limit/WaitingRoom.ts"
import { Chance } from "./Plan.ts"
import { type ModelTier, spanInMillis } from "./RoomModel.ts"

export const dayMillis = 86_400_000

interface Due {
  readonly at: number
  readonly what: "answer" | "end" | "leave"
  readonly request: Request
}

interface Request {
  readonly cameAt: number
  readonly leavesAfter: number
  readonly answerAfter: number
  readonly isBroken: boolean
  index: number
  waiter: Waiter | undefined
  admission: Admission | undefined
}

/** The fullest window of a length: how many requests it could hold, whenever in their time they were counted. */
const fullest = (los: Float64Array, his: Float64Array, length: number): number => {
  let most = 0
  let begun = 0
  for (let over = 0; over < his.length; over++) {
    const begin = his[over]!
    while (begun < los.length && los[begun]! < begin + length) begun += 1
    most = Math.max(most, begun - over)
  }
  return most
}

export class Traffic {
  clock = 0
  started = 0
  waited = 0
  left = 0
  readonly #tiers: ReadonlyArray<ModelTier>
  readonly #room: WaitingRoom
  readonly #lane
  readonly #chance: Chance
  readonly #perDay: number
  readonly #los: Float64Array
  readonly #his: Float64Array
  /** When requests were counted here, and how many of them have left each tier. */
  readonly #stamps: Float64Array
  #stamped = 0
  readonly #gone: Array<number>
  #wakeAt = Number.POSITIVE_INFINITY
  #due: Array<Due> = []
  #nextArrival = 0
  #startedBefore = 0
  #startedAt = -1

  constructor(seed: number, perDay: number, days: number, tiers: ReadonlyArray<ModelTier>) {
    this.#chance = new Chance(seed)
    this.#perDay = perDay
    this.#tiers = tiers
    this.#gone = tiers.map(() => 0)
    const size = Math.ceil(perDay * days * 1.2)
    this.#los = new Float64Array(size)
    this.#his = new Float64Array(size)
    this.#stamps = new Float64Array(size)
    const surroundings = { now: () => this.clock, wakeAt: (at: number) => void (this.#wakeAt = at) }
    this.#room = new WaitingRoom({ concurrency: Number.POSITIVE_INFINITY, keepsOne: false }, surroundings)
    this.#lane = this.#room.openLane({ accounting: "answered", queueLimit: 10_000_000, tiers, use: "ordinary" })
  }

  get waiting(): number {
    return this.#lane.queue.size
  }

  /** Lets time pass up to an instant. */
  runUntil(end: number): void {
    for (;;) {
      const next = Math.min(this.#nextArrival, this.#wakeAt, this.#due.at(-1)?.at ?? Number.POSITIVE_INFINITY)
      if (next >= end) return
      this.clock = next
      if (this.#wakeAt <= next) {
        this.#wakeAt = Number.POSITIVE_INFINITY
        this.#room.drain()
      } else if (this.#nextArrival <= next) this.#arrive()
      else this.#perform(this.#due.pop()!)
    }
  }

  /** How far each tier was filled at the provider at the most, in windows that its clock makes longer. */
  fullestWindows(): ReadonlyArray<number> {
    const los = this.#los.slice(0, this.started).toSorted()
    const his = this.#his.slice(0, this.started).toSorted()
    return this.#tiers.map(({ windowMillis }) => fullest(los, his, (windowMillis * 1001) / 1000))
  }

  #arrive(): void {
    const chance = this.#chance
    // A sine of a day, and now and then a burst.
    const rate = (this.#perDay / dayMillis) * (1 - 0.8 * Math.cos((2 * Math.PI * this.clock) / dayMillis))
    this.#nextArrival = this.clock + (chance.is(0.2) ? 0 : Math.round((-Math.log(1 - chance.next()) * 1.25) / rate))
    const request: Request = {
      cameAt: this.clock,
      leavesAfter: chance.is(0.05) ? chance.between(1, 600_000) : Number.POSITIVE_INFINITY,
      answerAfter: chance.is(0.02) ? 60_000 : chance.between(50, 4_000),
      isBroken: chance.is(0.02),
      index: -1,
      waiter: undefined,
      admission: undefined
    }
    const wish = {
      rank: chance.of([0, 1, 1, 2] as const),
      enqueuedAt: this.clock,
      deadlineAt: Infinity,
      leaseMillis: Infinity
    }
    const entered = this.#room.enter(this.#lane, wish)
    if (!(entered instanceof Waiter)) return this.#start(request, entered)
    this.waited += 1
    request.waiter = entered
    entered.onSettled((outcome) => this.#start(request, outcome))
    if (request.leavesAfter < Infinity) this.#add({ at: this.clock + request.leavesAfter, what: "leave", request })
  }

  #start(request: Request, outcome: Admission | Refusal): void {
    if (!(outcome instanceof Admission)) throw new Error(outcome._tag)
    this.#judgeIdleness(request)
    outcome.onSend()
    request.admission = outcome
    request.waiter = undefined
    request.index = this.started
    this.#los[this.started] = this.clock
    this.started += 1
    const at = this.clock + request.answerAfter
    if (!request.isBroken) this.#add({ at, what: "answer", request })
    this.#add({ at: at + 10, what: "end", request })
  }

  /** Whoever waited could not have started a millisecond before: some tier was full. */
  #judgeIdleness(request: Request): void {
    if (this.#startedAt !== this.clock) {
      this.#startedAt = this.clock
      this.#startedBefore = this.started
    }
    const before = this.clock - 1
    const isFull = this.#tiers.some(({ limit, windowMillis }, tier) => {
      const span = spanInMillis(windowMillis)
      let gone = this.#gone[tier]!
      while (gone < this.#stamped && this.#stamps[gone]! + span <= before) gone += 1
      this.#gone[tier] = gone
      return this.#startedBefore - gone >= limit
    })
    if (request.cameAt < before && !isFull) throw new Error(`a permit lay idle at ${before}`)
  }

  #perform({ request, what }: Due): void {
    if (what === "leave") {
      if (request.waiter === undefined) return
      this.#room.giveUp(request.waiter)
      request.waiter = undefined
      this.left += 1
    } else if (what === "answer") {
      request.admission?.onFirstByte()
      this.#count(request, this.clock)
    } else {
      if (request.isBroken) this.#count(request, this.clock + 2_000)
      request.admission?.end()
      request.admission = undefined
    }
  }

  #count(request: Request, at: number): void {
    this.#his[request.index] = at
    let place = this.#stamped
    while (place > 0 && this.#stamps[place - 1]! > at) {
      this.#stamps[place] = this.#stamps[place - 1]!
      place -= 1
    }
    this.#stamps[place] = at
    this.#stamped += 1
  }

  #add(due: Due): void {
    let place = this.#due.length
    while (place > 0 && this.#due[place - 1]!.at <= due.at) place -= 1
    // Of two at one instant the one that was added first is performed first: they are taken from the end.
    this.#due.splice(place, 0, due)
  }
}
