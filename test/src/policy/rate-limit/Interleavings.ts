/**
 * Everything that can happen at one door, in every order, up to a depth; states that differ only by when they came about
 * are looked at once. After every step the room agrees with the model, no permit lies idle until the next step, and no
 * window of the provider holds too many.
 */
import { Admission } from "../../../../src/policy/rate-limit/Admission.ts"
import type { Lane } from "../../../../src/policy/rate-limit/Lane.ts"
import type { Refusal } from "../../../../src/policy/rate-limit/Refusal.ts"
import type { PermitStore } from "../../../../src/policy/rate-limit/PermitStore.ts"
import type { RateTier } from "../../../../src/policy/rate-limit/RateTier.ts"
import { Waiter } from "../../../../src/policy/rate-limit/Waiter.ts"
import { WaitingRoom } from "../../../../src/policy/rate-limit/WaitingRoom.ts"
import { crowdedWindow } from "./ProviderCount.ts"
import { type ModelRequest, type ModelTier, type ModelWaiter, RoomModel } from "./RoomModel.ts"
import { gateBy } from "./Schedule.ts"

export const actions = [
  "arrive high",
  "arrive normal",
  "arrive low",
  "cancel oldest",
  "answer oldest",
  "abort oldest",
  "give back",
  "tick",
  "lower limits",
  "raise limits",
  "pause"
] as const

export type Action = (typeof actions)[number]

/** Makes the store of a room; `undefined` is one in memory. */
export type StoreOf = (tiers: ReadonlyArray<RateTier>) => PermitStore | undefined

export interface Setup {
  readonly tiers: ReadonlyArray<ModelTier>
  readonly accounting: "answered" | "sent"
  readonly concurrency: number
}

const agingStep = 4
const pauseMillis = 3

class Door {
  clock = 0
  #wakeAt = Number.POSITIVE_INFINITY
  readonly #room: WaitingRoom
  readonly #lane: Lane
  readonly #model: RoomModel
  #setup: Setup
  readonly #log: Array<readonly [caller: number, outcome: string]> = []
  readonly #admissions = new Map<number, Admission>()
  #waiting: Array<readonly [Waiter, ModelWaiter]> = []
  #callers = 0

  constructor(setup: Setup, store: PermitStore | undefined) {
    this.#setup = setup
    const { accounting, concurrency, tiers } = setup
    const options = { accounting, queueLimit: 100, tiers, use: "ordinary" } as const
    const gate = { inside: 0, mode: "open", places: 1 } as const
    const surroundings = { now: () => this.clock, wakeAt: (at: number) => void (this.#wakeAt = at) }
    this.#room = new WaitingRoom({ concurrency, keepsOne: false }, surroundings, agingStep)
    this.#lane = this.#room.openLane(options, gateBy({ ...gate }), store)
    this.#model = new RoomModel(concurrency, false, agingStep)
    this.#model.openLane(options, { ...gate })
    this.#model.onAdmitted = (request, at) => {
      if (request.accounting === "sent") this.#model.send(request, at)
    }
  }

  get #requests(): ReadonlyArray<ModelRequest> {
    return this.#model.lane(0).requests
  }

  /** Takes a step; `false` where there is nothing it could be done to. */
  perform(action: Action): boolean {
    const isDone = this.#perform(action)
    if (isDone) {
      this.#model.drain(this.clock)
      this.#waiting = this.#waiting.filter(([waiter]) => waiter.outcome === undefined)
    }
    return isDone
  }

  #perform(action: Action): boolean {
    if (action === "arrive high") return this.#arrive(0)
    if (action === "arrive normal") return this.#arrive(1)
    if (action === "arrive low") return this.#arrive(2)
    if (action === "cancel oldest") return this.#cancel()
    if (action === "tick") return this.#tick()
    if (action === "lower limits") return this.#limit(1)
    if (action === "raise limits") return this.#limit(2)
    if (action === "pause") {
      const lane = this.#model.lane(0)
      if (lane.pausedUntil > this.clock) return false
      lane.pausedUntil = this.clock + pauseMillis
      this.#room.pause(this.#lane, this.clock + pauseMillis)
      return true
    }
    return this.#end(action)
  }

  #arrive(rank: 0 | 1 | 2): boolean {
    const caller = (this.#callers += 1)
    const clock = this.clock
    const predicted = clock + this.#room.predictedWaitMillis(this.#lane, rank)
    const earliest = this.#model.earliestStart(0, this.#model.countBefore(0, rank, clock) + 1, clock)
    if (predicted > earliest) throw new Error(`a start at ${predicted} is predicted, ${earliest} is possible`)
    if (predicted < earliest && this.#model.isSettled(0, clock)) {
      throw new Error(`a start at ${predicted} is predicted, it comes at ${earliest}`)
    }
    const comes = { caller, lane: 0, rank, enqueuedAt: clock, deadlineAt: Infinity, lease: Infinity }
    const isDecided = this.#model.enter(comes, clock)
    const wish = { rank, enqueuedAt: clock, deadlineAt: Infinity, leaseMillis: Infinity }
    const entered = this.#room.enter(this.#lane, wish)
    if (entered instanceof Waiter) {
      if (isDecided) throw new Error(`caller ${caller} waits, and need not`)
      this.#waiting.push([entered, this.#model.wait(comes)])
      entered.onSettled((outcome) => this.#settled(caller, outcome))
    } else this.#settled(caller, entered)
    return true
  }

  #settled(caller: number, outcome: Admission | Refusal): void {
    this.#log.push([caller, outcome instanceof Admission ? "admitted" : "refused"])
    if (!(outcome instanceof Admission)) return
    this.#admissions.set(caller, outcome)
    if (this.#setup.accounting === "sent") outcome.onSend()
  }

  #cancel(): boolean {
    const [oldest] = this.#waiting
    if (oldest === undefined) return false
    this.#room.giveUp(oldest[0])
    this.#model.leave(oldest[1])
    this.#waiting.shift()
    return true
  }

  #tick(): boolean {
    const change = this.#model.changesBetween(this.clock, Number.POSITIVE_INFINITY)[0] ?? Number.POSITIVE_INFINITY
    const next = Math.min(change, this.#wakeAt)
    if (next === Number.POSITIVE_INFINITY) return false
    this.clock = next
    if (this.#wakeAt <= next) {
      this.#wakeAt = Number.POSITIVE_INFINITY
      this.#room.drain()
    }
    return true
  }

  #limit(limit: number): boolean {
    const lane = this.#model.lane(0)
    const tiers = lane.options.tiers.map((it) => ({ ...it, limit }))
    if (tiers.every((it, index) => it.limit === lane.options.tiers[index]?.limit)) return false
    lane.options = { ...lane.options, tiers }
    this.#room.configureLane(this.#lane, { ...this.#lane.options, tiers })
    return true
  }

  #end(action: Action): boolean {
    const request = this.#requests.find((it) => !it.isEnded)
    const admission = request === undefined ? undefined : this.#admissions.get(request.caller)
    if (request === undefined || admission === undefined) return false
    if (action === "give back" && request.accounting === "sent") return false
    if (action !== "give back" && request.accounting === "answered") {
      admission.onSend()
      // It has been under way since it was let in.
      this.#model.send(request, request.admittedAt)
    }
    if (action === "answer oldest") {
      admission.onFirstByte()
      this.#model.answer(request, this.clock)
    }
    admission.end()
    this.#model.end(request, this.clock)
    return true
  }

  check(): void {
    const { log } = this.#model
    const mine = JSON.stringify(this.#log)
    const its = JSON.stringify(log.map(([caller, outcome]) => [caller, outcome]))
    if (mine !== its) throw new Error(`the room let in ${mine}, the model ${its}`)
    const until = Math.min(this.#wakeAt, this.clock + 10_000)
    if (this.#waiting.length > 0) {
      for (const change of this.#model.changesBetween(this.clock, until)) {
        if (this.#model.nextToGo(change) !== undefined) throw new Error(`nobody looks at ${change}`)
      }
    }
    if (this.#wakeAt <= this.clock) throw new Error("the room wants to be woken now")
    const counted = this.#requests.flatMap((it, order) => {
      if (it.isGivenBack) return []
      const hi = it.accounting === "sent" ? it.admittedAt : (it.countedBy ?? this.clock)
      return [{ order, lo: it.admittedAt, hi, tiers: it.tiers }]
    })
    const crowded = crowdedWindow(counted)
    if (crowded !== undefined) throw new Error(crowded)
    const running = this.#requests.filter((it) => !it.isEnded).length
    if (this.#room.bulkhead.inUse !== running) throw new Error(`${this.#room.bulkhead.inUse} slots for ${running}`)
    if (this.#lane.queue.size !== this.#waiting.length) throw new Error(`${this.#lane.queue.size} in the queue`)
  }

  /** Two states with the same key go on in the same way. */
  get key(): string {
    const { options, pausedUntil } = this.#model.lane(0)
    const longest = Math.max(...options.tiers.map(({ windowMillis }) => windowMillis)) + 1
    const requests = this.#requests.flatMap((it) => {
      const left = this.#model.leavesAt(it, longest, this.clock) - this.clock
      return it.isEnded && left <= 0 ? [] : [`${it.isEnded ? "e" : "r"}${it.countedBy === undefined ? "" : left}`]
    })
    const waiting = this.#waiting.map(([, it]) => `${it.rank}:${this.clock - it.enqueuedAt}`)
    const limits = options.tiers.map(({ limit }) => limit)
    return `${requests} ${waiting} ${limits} ${Math.max(0, pausedUntil - this.clock)} ${this.#wakeAt - this.clock}`
  }
}

/** How many states were seen and steps taken. */
export interface Explored {
  readonly states: number
  readonly steps: number
}

const replay = (setup: Setup, path: ReadonlyArray<Action>, storeOf: StoreOf): Door => {
  const door = new Door(setup, storeOf(setup.tiers))
  for (const action of path) door.perform(action)
  return door
}

/** Throws at the first order of events that breaks a promise, and names it. */
export const explore = (setup: Setup, depth: number, storeOf: StoreOf = () => undefined): Explored => {
  const seen = new Set<string>([new Door(setup, storeOf(setup.tiers)).key])
  let frontier: Array<ReadonlyArray<Action>> = [[]]
  let steps = 0
  for (let level = 1; level <= depth; level++) {
    const next: Array<ReadonlyArray<Action>> = []
    for (const path of frontier) {
      for (const action of actions) {
        const door = replay(setup, path, storeOf)
        try {
          if (!door.perform(action)) continue
          steps += 1
          door.check()
        } catch (cause) {
          throw new Error(`${JSON.stringify(setup)}: ${[...path, action].join(", ")}: ${String(cause)}`, { cause })
        }
        if (level === depth || seen.has(door.key)) continue
        seen.add(door.key)
        next.push([...path, action])
      }
    }
    frontier = next
  }
  return { states: seen.size, steps }
}

/** Limits from 1 to 2, one tier and two, both accountings, with a slot for each and with one for all. */
export const setups: ReadonlyArray<Setup> = [
  { tiers: [{ limit: 1, windowMillis: 4 }], accounting: "answered", concurrency: Number.POSITIVE_INFINITY },
  { tiers: [{ limit: 2, windowMillis: 4 }], accounting: "answered", concurrency: 1 },
  { tiers: [{ limit: 2, windowMillis: 4 }], accounting: "sent", concurrency: Number.POSITIVE_INFINITY },
  {
    tiers: [
      { limit: 1, windowMillis: 4 },
      { limit: 2, windowMillis: 9 }
    ],
    accounting: "answered",
    concurrency: Number.POSITIVE_INFINITY
  },
  {
    tiers: [
      { limit: 1, windowMillis: 4 },
      { limit: 2, windowMillis: 9 }
    ],
    accounting: "sent",
    concurrency: Number.POSITIVE_INFINITY
  }
]
