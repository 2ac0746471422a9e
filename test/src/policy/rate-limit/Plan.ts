/**
 * Random schedules for a waiting room: who comes when and what becomes of his request, and what the surroundings do. The
 * whole plan follows from its seed, and nothing in it depends on what the room decides.
 */
import type { GateState, ModelLaneOptions, ModelTier } from "./RoomModel.ts"

/** A stream of numbers from a seed. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  is(probability: number): boolean {
    return this.next() < probability
  }

  of<A>(choices: ReadonlyArray<A>): A {
    return choices[this.below(choices.length)]!
  }
}

/** What a request does once it is let in; times in milliseconds, each from the one before. */
export interface AttemptPlan {
  /** `undefined`: it is never sent. */
  readonly sendAfter: number | undefined
  /** `undefined`: no answer ever comes. */
  readonly answerAfter: number | undefined
  readonly endAfter: number
}

export interface CallerPlan {
  readonly id: number
  readonly lane: number
  readonly rank: 0 | 1 | 2
  readonly comesAt: number
  readonly leavesAfter: number
  readonly deadlineAfter: number
  readonly raisedAfter: number
  readonly lease: number
  /** All but the last are sent back by the provider, and come again at once with their first place. */
  readonly attempts: ReadonlyArray<AttemptPlan>
}

export type WorldPlan = { readonly at: number } & (
  | { readonly _tag: "Limits"; readonly lane: number; readonly options: ModelLaneOptions }
  | { readonly _tag: "Slots"; readonly concurrency: number; readonly keepsOne: boolean }
  | { readonly _tag: "Lowered"; readonly concurrency: number; readonly until: number }
  | { readonly _tag: "Pause"; readonly lane: number; readonly until: number }
  | { readonly _tag: "Gate"; readonly lane: number; readonly mode: GateState["mode"]; readonly places: number }
)

/**
 * `calm`: only the limits hold anybody back, and every request is counted when it is let in. `bounded`: as calm, without
 * changes of limits and with a short queue. `wild`: everything; `fractions`: everything, between the milliseconds too.
 */
export type PlanKind = "calm" | "bounded" | "wild" | "fractions"

export interface Plan {
  readonly seed: number
  readonly kind: PlanKind
  readonly agingStep: number
  readonly concurrency: number
  readonly keepsOne: boolean
  readonly lanes: ReadonlyArray<ModelLaneOptions>
  readonly callers: ReadonlyArray<CallerPlan>
  readonly world: ReadonlyArray<WorldPlan>
  readonly endsAt: number
}

const windows = [7, 40, 200, 900, 4_000] as const

const tiersBy = (chance: Chance, most = 3): ReadonlyArray<ModelTier> => {
  const tiers: Array<ModelTier> = []
  let limit = 0
  for (const windowMillis of windows) {
    if (tiers.length === most || !chance.is(0.45)) continue
    limit += chance.between(tiers.length === 0 ? 1 : 0, 2)
    tiers.push({ limit, windowMillis: windowMillis + chance.below(3) })
  }
  return tiers.length === 0 ? [{ limit: chance.between(1, 3), windowMillis: chance.of(windows) }] : tiers
}

const changedTiers = (chance: Chance, tiers: ReadonlyArray<ModelTier>): ReadonlyArray<ModelTier> => {
  const way = chance.below(5)
  if (way === 0) return tiers.map((it) => ({ ...it, limit: Math.max(1, it.limit - 1) }))
  if (way === 1) return tiers.map((it) => ({ ...it, limit: it.limit + 2 }))
  if (way === 2) {
    const last = tiers.at(-1)
    if (last === undefined) return tiersBy(chance)
    return [...tiers, { limit: last.limit + chance.below(2), windowMillis: last.windowMillis * 3 }]
  }
  if (way === 3) return tiers.slice(0, -1)
  return tiersBy(chance)
}

const kinds = ["calm", "bounded", "wild", "fractions"] as const

export const planOf = (seed: number): Plan => {
  const chance = new Chance(seed)
  const kind = kinds[seed % 4]!
  const isWild = kind === "wild" || kind === "fractions"
  const length = chance.of([60, 400, 2_500])
  const time = (most: number): number => {
    const whole = chance.below(most)
    return kind === "fractions" ? whole + chance.below(8) / 8 : whole
  }
  const hasDeadlines = chance.is(0.3)
  const queueLimit =
    kind === "bounded" ? chance.between(2, 6) : isWild && chance.is(0.15) ? chance.between(0, 5) : 1_000
  const laneOptions = (): ModelLaneOptions => ({
    tiers: tiersBy(chance),
    accounting: isWild && chance.is(0.7) ? "answered" : "sent",
    queueLimit,
    use: isWild && chance.is(0.3) ? "kept" : "ordinary"
  })
  const lanes = Array.from({ length: isWild ? chance.between(1, 2) : 1 }, laneOptions)

  const attempt = (): AttemptPlan => {
    if (!isWild) return { sendAfter: 0, answerAfter: time(30), endAfter: 0 }
    const long = chance.of([5, 80, 1_500])
    return {
      sendAfter: chance.is(0.12) ? undefined : chance.is(0.5) ? 0 : time(20),
      answerAfter: chance.is(0.2) ? undefined : time(long),
      endAfter: chance.is(0.5) ? 0 : time(long)
    }
  }
  const patience = kind === "calm" ? chance.of([0, 0.1, 0.4]) : chance.of([0.1, 0.4])
  const hasRaises = isWild && chance.is(0.3)
  const ranks = chance.is(0.4) ? ([1] as const) : ([0, 1, 1, 2] as const)
  const callers = Array.from({ length: chance.between(3, kind === "bounded" ? 24 : 16) }, (_, id): CallerPlan => {
    const attempts = [attempt()]
    for (let more = isWild; more && attempts.length < 3;) {
      more = chance.is(0.12)
      if (more) attempts.push(attempt())
    }
    return {
      id,
      lane: chance.below(lanes.length),
      rank: chance.of(ranks),
      comesAt: chance.is(0.3) ? 0 : time(length),
      leavesAfter: chance.is(patience) ? time(length) : Number.POSITIVE_INFINITY,
      deadlineAfter: hasDeadlines && chance.is(0.6) ? time(length * 2) : Number.POSITIVE_INFINITY,
      raisedAfter: hasRaises && chance.is(0.3) ? time(length) : Number.POSITIVE_INFINITY,
      lease: isWild && chance.is(0.2) ? 25 + time(2_000) : Number.POSITIVE_INFINITY,
      attempts
    }
  })

  const world: Array<WorldPlan> = []
  const current = [...lanes]
  const changes = kind === "bounded" ? 0 : kind === "calm" ? chance.of([0, 0, 1]) : chance.below(5)
  const instants = Array.from({ length: changes }, () => time(length)).toSorted((left, right) => left - right)
  for (const at of instants) {
    const lane = chance.below(lanes.length)
    const what = isWild ? chance.below(6) : 0
    if (what <= 1) {
      const before = current[lane]!
      const accounting = isWild && chance.is(0.3) ? chance.of(["answered", "sent"] as const) : before.accounting
      const options = { ...before, accounting, tiers: changedTiers(chance, before.tiers) }
      current[lane] = options
      world.push({ _tag: "Limits", at, lane, options })
    } else if (what === 2) {
      world.push({ _tag: "Slots", at, concurrency: chance.between(1, 4), keepsOne: chance.is(0.5) })
    } else if (what === 3) {
      world.push({ _tag: "Lowered", at, concurrency: chance.between(1, 2), until: at + time(length) })
    } else if (what === 4) {
      world.push({ _tag: "Pause", at, lane, until: at + time(length) })
    } else {
      const mode = chance.of(["refuses", "places", "open"] as const)
      world.push({ _tag: "Gate", at, lane, mode, places: chance.between(1, 2) })
    }
  }
  lanes.forEach((_, lane) => world.push({ _tag: "Gate", at: length, lane, mode: "open", places: 1 }))
  return {
    seed,
    kind,
    agingStep: chance.of([3, 50, 700]),
    concurrency: isWild ? chance.of([1, 2, 3, Number.POSITIVE_INFINITY]) : Number.POSITIVE_INFINITY,
    keepsOne: isWild && chance.is(0.5),
    lanes,
    callers,
    world,
    endsAt: length
  }
}
