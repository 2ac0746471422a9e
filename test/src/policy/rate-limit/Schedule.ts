/**
 * Runs a plan through a waiting room in virtual time, and beside it a model that counts everything anew: after every
 * event both have let in the same callers in the same order. What the provider could have counted is kept apart, and is
 * judged at the end from the outside.
 */
import { Admission } from "../../../../src/policy/rate-limit/Admission.ts"
import type { AdmissionGate } from "../../../../src/policy/rate-limit/AdmissionGate.ts"
import type { Lane } from "../../../../src/policy/rate-limit/Lane.ts"
import type { Refusal } from "../../../../src/policy/rate-limit/Refusal.ts"
import { Waiter } from "../../../../src/policy/rate-limit/Waiter.ts"
import { WaitingRoom } from "../../../../src/policy/rate-limit/WaitingRoom.ts"
import { worstWaitMillis } from "../../../../src/policy/rate-limit/WorstWait.ts"
import type { AttemptPlan, CallerPlan, Plan, WorldPlan } from "./Plan.ts"
import type { StoreOf } from "./Interleavings.ts"
import { type Counted, crowdedWindow } from "./ProviderCount.ts"
import { type GateState, type ModelRequest, type ModelWaiter, RoomModel, standingOf } from "./RoomModel.ts"

/** A gate whose state is set by the schedule. */
export const gateBy = (state: GateState): AdmissionGate => ({
  standing: () => standingOf(state),
  changesAt: () => Number.POSITIVE_INFINITY,
  enter: () => {
    state.inside += 1
    return { generation: 0, id: state.inside }
  },
  leave: () => {
    state.inside -= 1
  },
  refusal: () => ({ reason: "CircuitOpen" })
})

export interface Start {
  readonly caller: number
  readonly attempt: number
  readonly at: number
}

/** What one run showed. */
export interface Report {
  readonly starts: ReadonlyArray<Start>
  /** Callers who left while they waited, and never started. */
  readonly gone: ReadonlySet<number>
  /** How many were refused when they came because of those who were there before. */
  readonly refusedOnEntry: number
  readonly waited: number
  /** How many starts were compared with an exact prediction. */
  readonly exact: number
}

type What = "world" | "come" | "leave" | "overdue" | "raise" | "lease" | "send" | "answer" | "end"

interface Event {
  readonly at: number
  readonly what: What
  readonly who: number
}

const places: ReadonlyArray<What> = ["world", "lease", "send", "answer", "end", "overdue", "leave", "raise", "come"]

/** At one instant always in the same order, whoever else is there. */
const isBefore = (one: Event, other: Event): boolean => {
  if (one.at !== other.at) return one.at < other.at
  if (one.what !== other.what) return places.indexOf(one.what) < places.indexOf(other.what)
  return one.who < other.who
}

interface Prediction {
  readonly startsAt: number
  readonly isExact: boolean
  readonly ahead: number
  readonly admitted: number
  readonly disturbances: number
  readonly delays: number
}

interface CallerState {
  readonly plan: CallerPlan
  attempt: number
  cameAt: number
  waiter: Waiter | undefined
  waiting: ModelWaiter | undefined
  admission: Admission | undefined
  request: ModelRequest | undefined
  prediction: Prediction | undefined
  counted: { lo: number; hi: number } | undefined
  /** How many had been let in before. */
  order: number
}

interface LaneState {
  readonly lane: Lane
  readonly gate: GateState
  /** What may let somebody start before his prediction: somebody left, gave a permit back, limits changed. */
  disturbances: number
  /** What may let him start after it. */
  delays: number
  admitted: number
  readonly counted: Array<Counted>
}

export class Schedule {
  clock = 0
  readonly room: WaitingRoom
  readonly model: RoomModel
  readonly #plan: Plan
  readonly #lanes: Array<LaneState> = []
  readonly #callers = new Map<number, CallerState>()
  readonly #events: Array<Event> = []
  readonly #log: Array<readonly [caller: number, outcome: "admitted" | "refused"]> = []
  readonly #starts: Array<Start> = []
  readonly #gone = new Set<number>()
  #wakeAt = Number.POSITIVE_INFINITY
  #compared = 0
  #refusedOnEntry = 0
  #waited = 0
  #exact = 0

  constructor(plan: Plan, without: ReadonlySet<number> = new Set(), storeOf: StoreOf = () => undefined) {
    this.#plan = plan
    const { agingStep, concurrency, keepsOne } = plan
    this.room = new WaitingRoom(
      { concurrency, keepsOne },
      { now: () => this.clock, wakeAt: (at) => (this.#wakeAt = at) },
      agingStep
    )
    this.model = new RoomModel(concurrency, keepsOne, agingStep)
    this.model.onAdmitted = (request, at) => {
      const { attempt, plan } = this.#caller(request.caller)
      if (plan.attempts[attempt]?.sendAfter === 0) this.model.send(request, at)
    }
    for (const options of plan.lanes) {
      const gate: GateState = { mode: "open", places: 1, inside: 0 }
      const lane = this.room.openLane(options, gateBy(gate), storeOf(options.tiers))
      this.#lanes.push({ lane, gate, disturbances: 0, delays: 0, admitted: 0, counted: [] })
      this.model.openLane(options, { ...gate })
    }
    plan.world.forEach(({ at }, who) => this.#add({ at, what: "world", who }))
    for (const caller of plan.callers) {
      if (without.has(caller.id)) continue
      this.#callers.set(caller.id, {
        plan: caller,
        attempt: 0,
        cameAt: caller.comesAt,
        waiter: undefined,
        waiting: undefined,
        admission: undefined,
        request: undefined,
        prediction: undefined,
        counted: undefined,
        order: 0
      })
      this.#add({ at: caller.comesAt, what: "come", who: caller.id })
    }
  }

  run(): Report {
    for (let steps = 0; ; steps++) {
      if (steps > 20_000) this.#fail("the schedule does not come to its end")
      const event = this.#events[0]
      const next = Math.min(event?.at ?? Number.POSITIVE_INFINITY, this.#wakeAt)
      if (next === Number.POSITIVE_INFINITY) break
      this.#letTimePass(next)
      // Two timers are due at once: the order in which they are run is not ours to choose.
      const isOverdueFirst = event?.at === next && this.#plan.seed % 3 === 0 && this.#isOverdue(event)
      if (this.#wakeAt <= next && !isOverdueFirst) {
        this.#wakeAt = Number.POSITIVE_INFINITY
        this.room.drain()
      } else if (event !== undefined) {
        this.#events.shift()
        this.#perform(event)
      }
      this.model.drain(this.clock)
      this.#compare()
      if (this.#wakeAt <= this.clock) this.#fail(`the room wants to be woken at ${this.#wakeAt}, which is now`)
    }
    this.#settleAccounts()
    return {
      starts: this.#starts,
      gone: this.#gone,
      refusedOnEntry: this.#refusedOnEntry,
      waited: this.#waited,
      exact: this.#exact
    }
  }

  #fail(problem: string): never {
    throw new Error(`seed ${this.#plan.seed} (${this.#plan.kind}) at ${this.clock}: ${problem}`)
  }

  #caller(id: number): CallerState {
    return this.#callers.get(id) ?? this.#fail(`nobody is ${id}`)
  }

  #laneOf(caller: CallerState): LaneState {
    return this.#lanes[caller.plan.lane]!
  }

  #add(event: Event): void {
    if (event.at === Number.POSITIVE_INFINITY) return
    let place = this.#events.length
    while (place > 0 && isBefore(event, this.#events[place - 1]!)) place -= 1
    this.#events.splice(place, 0, event)
  }

  /** No permit lies idle: nothing that changes by itself before the next event would let anybody in. */
  #letTimePass(next: number): void {
    if (this.model.lanes.some(({ waiters }) => waiters.length > 0)) {
      for (const change of this.model.changesBetween(this.clock, next)) {
        const idle = this.model.nextToGo(change)
        if (idle !== undefined)
          this.#fail(`caller ${idle.caller} could go at ${change}, and nobody looks before ${next}`)
      }
    }
    this.clock = next
  }

  #compare(): void {
    const { log } = this.model
    if (log.length !== this.#log.length) {
      this.#fail(`the room let in ${JSON.stringify(this.#log.slice(this.#compared))}, the model ${this.#told(log)}`)
    }
    for (; this.#compared < log.length; this.#compared++) {
      const [caller, outcome, request] = log[this.#compared]!
      const own = this.#log[this.#compared]!
      if (own[0] !== caller || own[1] !== outcome) {
        this.#fail(`the room let in ${JSON.stringify(own)}, the model ${this.#told(log)}`)
      }
      this.#caller(caller).request = request
    }
  }

  #told(log: ReadonlyArray<readonly [caller: number, outcome: string, request?: unknown]>): string {
    return JSON.stringify(log.slice(this.#compared).map(([caller, outcome]) => [caller, outcome]))
  }

  #perform({ what, who }: Event): void {
    if (what === "world") return this.#change(this.#plan.world[who]!)
    const caller = this.#caller(who)
    if (what === "come") return this.#enter(caller)
    if (what === "leave" || what === "overdue") return this.#leave(caller, what)
    if (what === "raise") return this.#raise(caller)
    if (what === "lease") return this.#endLease(caller)
    if (what === "send") return this.#send(caller)
    if (what === "answer") return this.#answer(caller)
    return this.#end(caller)
  }

  #change(world: WorldPlan): void {
    const { model, room } = this
    for (const lane of this.#lanes) lane.delays += 1
    if (world._tag === "Limits") {
      const state = this.#lanes[world.lane]!
      state.disturbances += 1
      model.lane(world.lane).options = world.options
      room.configureLane(state.lane, world.options)
    } else if (world._tag === "Slots") {
      model.concurrency = world.concurrency
      model.keepsOne = world.keepsOne
      room.configureBulkhead(world)
    } else if (world._tag === "Lowered") {
      model.lowered = world
      room.bulkhead.lower(world.concurrency, world.until)
      room.drain()
    } else if (world._tag === "Pause") {
      const lane = model.lane(world.lane)
      lane.pausedUntil = Math.max(lane.pausedUntil, world.until)
      room.pause(this.#lanes[world.lane]!.lane, world.until)
    } else {
      Object.assign(model.lane(world.lane).gate, { mode: world.mode, places: world.places })
      Object.assign(this.#lanes[world.lane]!.gate, { mode: world.mode, places: world.places })
      room.drain()
    }
  }

  #enter(caller: CallerState): void {
    const { attempt, plan } = caller
    const { lane: index, rank } = plan
    const state = this.#laneOf(caller)
    const isBack = attempt > 0
    const enqueuedAt = caller.cameAt
    const deadlineAt = this.clock + plan.deadlineAfter
    const now = Math.floor(this.clock)
    const comes = { caller: plan.id, lane: index, rank, enqueuedAt, deadlineAt, lease: plan.lease }
    const predicted = now + this.room.predictedWaitMillis(state.lane, rank)
    const waiting = this.model.lane(index).waiters.length
    const ahead = isBack && enqueuedAt < now ? 0 : this.model.countBefore(index, rank, this.clock)
    const earliest = this.model.earliestStart(index, ahead + 1, this.clock)
    const isCalm = this.#plan.kind === "calm" || this.#plan.kind === "bounded"
    const isExact = !isBack && (isCalm || waiting === 0) && this.model.isSettled(index, now)
    if (!isBack) {
      if (predicted > earliest) this.#fail(`a wait until ${predicted} is predicted, ${earliest} is possible`)
      if (isExact && state.lane.options.accounting === "sent" && predicted !== earliest) {
        this.#fail(`a wait until ${predicted} is predicted, it is until ${earliest}`)
      }
    }
    const isDecided = this.model.enter(comes, this.clock)
    const entered = this.room.enter(state.lane, { rank, enqueuedAt, deadlineAt, leaseMillis: plan.lease })
    if (!(entered instanceof Waiter)) {
      if (entered instanceof Admission || isDecided) return this.#settled(caller, entered)
      this.#refusedOnEntry += 1
      if (entered._tag === "QueueFull") {
        if (waiting < state.lane.options.queueLimit) this.#fail(`${waiting} wait, and the queue is said to be full`)
      } else if (entered._tag !== "RateLimitExceeded" || earliest <= deadlineAt) {
        this.#fail(`${entered._tag} for a wait until ${earliest} and a deadline at ${deadlineAt}`)
      }
      return
    }
    if (isDecided) this.#fail(`caller ${plan.id} waits, and need not`)
    if (waiting >= state.lane.options.queueLimit) this.#fail(`${waiting} wait already`)
    if (isExact && state.lane.options.accounting === "sent" && earliest > deadlineAt) {
      this.#fail(`caller ${plan.id} waits until ${deadlineAt} for a start at ${earliest}`)
    }
    this.#waited += 1
    caller.waiter = entered
    caller.waiting = this.model.wait(comes)
    const { admitted, delays, disturbances } = state
    caller.prediction = isBack ? undefined : { startsAt: predicted, isExact, ahead, admitted, disturbances, delays }
    entered.onSettled((outcome) => this.#settled(caller, outcome))
    this.#add({ at: this.clock + plan.leavesAfter, what: "leave", who: plan.id })
    this.#add({ at: this.clock + plan.raisedAfter, what: "raise", who: plan.id })
    this.#add({ at: deadlineAt, what: "overdue", who: plan.id })
  }

  #settled(caller: CallerState, outcome: Admission | Refusal): void {
    const { attempt, plan } = caller
    caller.waiter = undefined
    if (!(outcome instanceof Admission)) {
      this.#log.push([plan.id, "refused"])
      return
    }
    this.#log.push([plan.id, "admitted"])
    caller.order = this.#starts.length
    this.#starts.push({ caller: plan.id, attempt, at: this.clock })
    this.#judgePrediction(caller)
    this.#laneOf(caller).admitted += 1
    caller.admission = outcome
    caller.counted = undefined
    const course = this.#courseOf(caller)
    if (course.sendAfter === 0) this.#onSend(caller)
    else if (course.sendAfter !== undefined) {
      this.#add({ at: this.clock + course.sendAfter, what: "send", who: plan.id })
    }
    const answeredAt = this.clock + (course.sendAfter ?? 0) + (course.answerAfter ?? 0)
    if (course.sendAfter !== undefined && course.answerAfter !== undefined) {
      this.#add({ at: answeredAt, what: "answer", who: plan.id })
    }
    this.#add({ at: answeredAt + course.endAfter, what: "end", who: plan.id })
    // A lease ends without anybody doing anything; whoever looks next sees it. Here somebody looks at once.
    this.#add({ at: Math.ceil(Math.floor(this.clock) + plan.lease), what: "lease", who: plan.id })
  }

  #judgePrediction(caller: CallerState): void {
    const { prediction } = caller
    if (prediction === undefined) return
    caller.prediction = undefined
    const state = this.#laneOf(caller)
    const at = Math.floor(this.clock)
    const { kind } = this.#plan
    if (kind === "bounded") {
      const { queueLimit, tiers } = this.#plan.lanes[caller.plan.lane]!
      const input = { tiers, queueLimit, agingStepMillis: this.#plan.agingStep, longestAnswerMillis: 0 }
      const worst = worstWaitMillis(input, caller.plan.rank)
      if (at - caller.plan.comesAt > worst) this.#fail(`caller ${caller.plan.id} waited for more than ${worst}`)
    }
    if (state.disturbances !== prediction.disturbances) return
    if (at < prediction.startsAt) this.#fail(`caller ${caller.plan.id} starts before ${prediction.startsAt}`)
    if (kind !== "calm" && kind !== "bounded") return
    if (!prediction.isExact || state.delays !== prediction.delays) return
    // Whoever was ahead has gone, and nobody else.
    if (state.admitted - prediction.admitted !== prediction.ahead) return
    this.#exact += 1
    if (at !== prediction.startsAt) this.#fail(`caller ${caller.plan.id} was to start at ${prediction.startsAt}`)
  }

  #courseOf(caller: CallerState): AttemptPlan {
    return caller.plan.attempts[caller.attempt] ?? this.#fail("there is no such attempt")
  }

  /** A deadline may be that of an attempt that is over. */
  #isOverdue({ at, what, who }: Event): boolean {
    const deadlineAt = what === "overdue" ? this.#caller(who).waiter?.deadlineAt : undefined
    return deadlineAt !== undefined && deadlineAt <= at
  }

  #leave(caller: CallerState, what: What): void {
    const { plan, waiter, waiting } = caller
    if (waiter === undefined || waiting === undefined) return
    if (what === "overdue" && !this.#isOverdue({ at: this.clock, what, who: plan.id })) return
    if (what === "overdue") {
      this.model.drain(this.clock)
      if (this.room.overdue(waiter) instanceof Admission) return
    } else this.room.giveUp(waiter)
    if (waiter.outcome !== undefined) this.#fail(`caller ${plan.id} has left and is let in`)
    this.#laneOf(caller).disturbances += 1
    this.model.leave(waiting)
    caller.waiter = caller.waiting = caller.prediction = undefined
    if (caller.attempt === 0) this.#gone.add(plan.id)
  }

  #raise(caller: CallerState): void {
    const { waiter, waiting } = caller
    if (waiter === undefined || waiting === undefined) return
    this.#laneOf(caller).disturbances += 1
    caller.prediction = undefined
    this.model.raise(waiting, 0)
    this.room.raise(waiter, 0, waiter.deadlineAt)
  }

  #onSend(caller: CallerState): void {
    caller.admission?.onSend()
    caller.counted = { lo: this.clock, hi: Number.POSITIVE_INFINITY }
  }

  #send(caller: CallerState): void {
    this.#onSend(caller)
    this.model.send(caller.request ?? this.#fail("nothing to send"), this.clock)
  }

  #answer(caller: CallerState): void {
    caller.admission?.onFirstByte()
    this.model.answer(caller.request ?? this.#fail("nothing to answer"), this.clock)
    if (caller.counted !== undefined) caller.counted.hi = Math.min(caller.counted.hi, this.clock)
  }

  #endLease(caller: CallerState): void {
    const { counted, request } = caller
    // The lease of an earlier attempt, perhaps.
    if (request === undefined || Math.ceil(request.leaseUntil) > this.clock) return
    this.#laneOf(caller).lane.store.usage(this.clock)
    this.model.endLease(request)
    if (counted !== undefined) counted.hi = Math.min(counted.hi, this.clock)
  }

  #end(caller: CallerState): void {
    const { admission, plan, request } = caller
    if (admission === undefined || request === undefined) this.#fail("nothing to end")
    const state = this.#laneOf(caller)
    if (caller.counted === undefined) state.disturbances += 1
    else {
      const { lo } = caller.counted
      const hi = request.accounting === "sent" ? lo : Math.min(caller.counted.hi, this.clock + 2_000)
      state.counted.push({ order: caller.order, lo, hi, tiers: request.tiers })
    }
    caller.admission = caller.request = undefined
    state.gate.inside -= 1
    admission.end()
    this.model.end(request, this.clock)
    if (caller.attempt + 1 === plan.attempts.length) return
    this.model.drain(this.clock)
    this.#compare()
    caller.attempt += 1
    this.#enter(caller)
  }

  /** Nobody is left behind, nothing is left taken, and no window of the provider's clock held too many. */
  #settleAccounts(): void {
    this.clock += 1e9
    this.room.drain()
    if (this.room.bulkhead.inUse !== 0) this.#fail(`${this.room.bulkhead.inUse} slots are left behind`)
    this.#lanes.forEach(({ counted, gate, lane }, index) => {
      if (lane.queue.size !== 0) this.#fail(`${lane.queue.size} wait for ever`)
      if (gate.inside !== 0) this.#fail(`${gate.inside} places at the gate are left behind`)
      for (const { used } of lane.store.usage(this.clock)) {
        if (used !== 0) this.#fail(`${used} permits are left behind`)
      }
      const crowded = crowdedWindow(counted)
      if (crowded !== undefined) this.#fail(`lane ${index}: ${crowded}`)
    })
  }
}
