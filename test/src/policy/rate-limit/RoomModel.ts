/**
 * A waiting room as one would write it to be read and not to be run: everything is counted anew at every step. It shares
 * no code with the one it checks.
 */

export interface ModelTier {
  readonly limit: number
  readonly windowMillis: number
}

export interface ModelLaneOptions {
  readonly tiers: ReadonlyArray<ModelTier>
  readonly accounting: "answered" | "sent"
  readonly queueLimit: number
  readonly use: "ordinary" | "kept"
}

/** A gate that is set from outside; `places` are what it has for those who are inside at once. */
export interface GateState {
  mode: "open" | "refuses" | "places"
  places: number
  inside: number
}

export const standingOf = (gate: GateState): "passes" | "waits" | "refuses" => {
  if (gate.mode === "refuses") return "refuses"
  return gate.mode === "places" && gate.inside >= gate.places ? "waits" : "passes"
}

/** A request of a caller, from the step that let it in. */
export interface ModelRequest {
  readonly caller: number
  readonly lane: number
  readonly accounting: "answered" | "sent"
  readonly admittedAt: number
  readonly leaseUntil: number
  readonly use: "ordinary" | "kept"
  /** What was in force when it was let in. */
  readonly tiers: ReadonlyArray<ModelTier>
  sentAt: number | undefined
  /** Until when the provider may have counted it; `undefined` while that is open. */
  countedBy: number | undefined
  isEnded: boolean
  isGivenBack: boolean
}

export interface ModelWaiter {
  readonly caller: number
  readonly lane: number
  rank: number
  readonly enqueuedAt: number
  readonly deadlineAt: number
  readonly lease: number
  entry: number
}

interface ModelLane {
  options: ModelLaneOptions
  pausedUntil: number
  readonly gate: GateState
  waiters: Array<ModelWaiter>
  requests: Array<ModelRequest>
}

export type ModelOutcome = "admitted" | "refused"

/** A tenth of a percent longer than the provider's window, in whole milliseconds. */
export const spanInMillis = (windowMillis: number): number => Math.ceil((windowMillis * 1001) / 1000 - 1e-9)

const abortGrace = 2_000

export class RoomModel {
  readonly lanes: Array<ModelLane> = []
  readonly log: Array<readonly [caller: number, outcome: ModelOutcome, request?: ModelRequest]> = []
  concurrency: number
  keepsOne: boolean
  lowered: { readonly concurrency: number; readonly until: number } | undefined
  readonly agingStep: number
  #entries = 0

  constructor(concurrency: number, keepsOne: boolean, agingStep: number) {
    this.concurrency = concurrency
    this.keepsOne = keepsOne
    this.agingStep = agingStep
  }

  openLane(options: ModelLaneOptions, gate: GateState): void {
    this.lanes.push({ options, pausedUntil: Number.NEGATIVE_INFINITY, gate, waiters: [], requests: [] })
  }

  lane(index: number): ModelLane {
    return this.lanes[index]!
  }

  /** Until when a request is in a window of this span; for ever while nobody knows when it was counted. */
  leavesAt(request: ModelRequest, span: number, now: number): number {
    if (request.isGivenBack) return Number.NEGATIVE_INFINITY
    const leaseEnd = Math.ceil(request.leaseUntil)
    const countedBy = request.countedBy ?? (leaseEnd <= now ? leaseEnd : Number.POSITIVE_INFINITY)
    return countedBy + span
  }

  hasPermit(index: number, now: number): boolean {
    const { options, requests } = this.lane(index)
    return options.tiers.every(({ limit, windowMillis }) => {
      const span = spanInMillis(windowMillis)
      let used = 0
      for (const request of requests) if (this.leavesAt(request, span, now) > now) used += 1
      return used < limit
    })
  }

  hasSlot(use: "ordinary" | "kept", now: number): boolean {
    const lowered =
      this.lowered !== undefined && Math.ceil(this.lowered.until) > now ? this.lowered.concurrency : Infinity
    const slots = Math.min(this.concurrency, lowered)
    let all = 0
    let ordinary = 0
    for (const { requests } of this.lanes) {
      for (const request of requests) {
        if (request.isEnded) continue
        all += 1
        if (request.use === "ordinary") ordinary += 1
      }
    }
    if (all >= slots) return false
    return use === "kept" || !this.keepsOne || slots === 1 || ordinary < slots - 1
  }

  /** Whether the first of a lane could go now. Time only as whole milliseconds that are over. */
  canGo(index: number, at: number): boolean {
    const now = Math.floor(at)
    const lane = this.lane(index)
    return (
      standingOf(lane.gate) === "passes" &&
      Math.ceil(lane.pausedUntil) <= now &&
      this.hasSlot(lane.options.use, now) &&
      this.hasPermit(index, now)
    )
  }

  orderOf(waiter: ModelWaiter): number {
    return waiter.enqueuedAt + waiter.rank * this.agingStep
  }

  isBefore(one: ModelWaiter, other: ModelWaiter): boolean {
    const difference = this.orderOf(one) - this.orderOf(other)
    if (difference !== 0) return difference < 0
    if (one.lane !== other.lane) return one.lane < other.lane
    if (one.rank !== other.rank) return one.rank < other.rank
    return one.entry < other.entry
  }

  firstOf(index: number): ModelWaiter | undefined {
    let first: ModelWaiter | undefined
    for (const waiter of this.lane(index).waiters) {
      if (first === undefined || this.isBefore(waiter, first)) first = waiter
    }
    return first
  }

  /** Somebody who could be let in or refused now, the best of all lanes; nobody, if nothing lies idle. */
  nextToGo(at: number): ModelWaiter | undefined {
    let best: ModelWaiter | undefined
    this.lanes.forEach((lane, index) => {
      if (lane.waiters.length === 0) return
      const first = this.firstOf(index)
      if (first === undefined || (best !== undefined && !this.isBefore(first, best))) return
      if (standingOf(lane.gate) === "refuses" || this.canGo(index, at)) best = first
    })
    return best
  }

  drain(at: number): void {
    for (let next = this.nextToGo(at); next !== undefined; next = this.nextToGo(at)) {
      this.leave(next)
      if (standingOf(this.lane(next.lane).gate) === "refuses") this.log.push([next.caller, "refused"])
      else this.admit(next, at)
    }
  }

  admit(waiter: ModelWaiter, at: number): void {
    const lane = this.lane(waiter.lane)
    const request: ModelRequest = {
      caller: waiter.caller,
      lane: waiter.lane,
      accounting: lane.options.accounting,
      admittedAt: at,
      leaseUntil: Math.floor(at) + waiter.lease,
      use: lane.options.use,
      tiers: lane.options.tiers,
      sentAt: undefined,
      countedBy: undefined,
      isEnded: false,
      isGivenBack: false
    }
    lane.gate.inside += 1
    lane.requests.push(request)
    this.log.push([waiter.caller, "admitted", request])
    this.onAdmitted?.(request, at)
  }

  onAdmitted: ((request: ModelRequest, at: number) => void) | undefined

  /** What happens at once to somebody who comes; `false` where he is to wait. */
  enter(waiter: Omit<ModelWaiter, "entry">, at: number): boolean {
    const lane = this.lane(waiter.lane)
    if (standingOf(lane.gate) === "refuses") {
      this.log.push([waiter.caller, "refused"])
      return true
    }
    if (lane.waiters.length > 0 || !this.canGo(waiter.lane, at)) return false
    this.admit({ ...waiter, entry: 0 }, at)
    return true
  }

  wait(waiter: Omit<ModelWaiter, "entry">): ModelWaiter {
    const entered = { ...waiter, entry: (this.#entries += 1) }
    this.lane(waiter.lane).waiters.push(entered)
    return entered
  }

  raise(waiter: ModelWaiter, rank: number): void {
    waiter.rank = rank
    waiter.entry = this.#entries += 1
  }

  leave(waiter: ModelWaiter): void {
    const lane = this.lane(waiter.lane)
    lane.waiters = lane.waiters.filter((it) => it !== waiter)
  }

  send(request: ModelRequest, at: number): void {
    request.sentAt = at
    if (request.accounting === "sent") this.#count(request, Math.ceil(at))
  }

  answer(request: ModelRequest, at: number): void {
    this.#count(request, Math.ceil(at))
  }

  end(request: ModelRequest, at: number): void {
    if (request.sentAt === undefined && request.countedBy === undefined) request.isGivenBack = true
    else this.#count(request, Math.ceil(at) + abortGrace)
    request.isEnded = true
    this.lane(request.lane).gate.inside -= 1
  }

  #count(request: ModelRequest, at: number): void {
    if (request.countedBy !== undefined) return
    request.countedBy = at
  }

  /** A lease is over: what is still in flight counts from there. */
  endLease(request: ModelRequest): void {
    if (!request.isGivenBack) this.#count(request, Math.ceil(request.leaseUntil))
  }

  /** How many go before somebody who comes now. */
  countBefore(index: number, rank: number, at: number): number {
    const newcomer = { caller: -1, lane: index, rank, enqueuedAt: at, deadlineAt: 0, lease: 0, entry: Infinity }
    return this.lane(index).waiters.filter((it) => this.isBefore(it, newcomer)).length
  }

  /** Whether the lane knows of every request at which instant it was counted, and that instant has come. */
  isSettled(index: number, now: number): boolean {
    return this.lane(index).requests.every((it) => it.isGivenBack || (it.countedBy ?? Math.ceil(it.leaseUntil)) <= now)
  }

  /** The start of the `position`-th who goes from now, if every request is answered the moment it may be. */
  earliestStart(index: number, position: number, at: number): number {
    const now = Math.floor(at)
    const { options, pausedUntil, requests } = this.lane(index)
    const stamps = requests.filter((it) => !it.isGivenBack).map((it) => it.countedBy ?? Math.min(now, it.leaseUntil))
    let start = Math.max(now, Math.ceil(pausedUntil))
    for (let place = 1; place <= position; place++) {
      for (let next = start; ; start = next) {
        for (const { limit, windowMillis } of options.tiers) {
          const span = spanInMillis(windowMillis)
          const leaving = stamps.map((it) => it + span).filter((it) => it > next)
          if (leaving.length < limit) continue
          leaving.sort((left, right) => left - right)
          next = leaving[leaving.length - limit]!
        }
        if (next === start) break
      }
      stamps.push(start)
    }
    return start
  }

  /** The instants at which something changes by itself, in order, between two others. */
  changesBetween(from: number, to: number): Array<number> {
    const changes: Array<number> = []
    const add = (at: number): void => {
      if (at > from && at < to) changes.push(at)
    }
    for (const { options, pausedUntil, requests } of this.lanes) {
      add(Math.ceil(pausedUntil))
      for (const request of requests) {
        if (request.isGivenBack) continue
        const countedBy = request.countedBy ?? Math.ceil(request.leaseUntil)
        add(countedBy)
        for (const { windowMillis } of options.tiers) add(countedBy + spanInMillis(windowMillis))
      }
    }
    if (this.lowered !== undefined) add(Math.ceil(this.lowered.until))
    return changes.toSorted((left, right) => left - right)
  }
}
