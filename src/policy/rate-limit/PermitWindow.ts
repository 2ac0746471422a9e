/**
 * Decides over the permits of one quota: a log of what was counted, what is in flight, and what has ended but is counted
 * only at an instant ahead. Every store asks it; where the permits are kept is the store's matter.
 *
 * Admission is `inFlight + counted < limit` in every tier. A request in flight may be counted by the provider at any
 * instant until its answer, so it occupies every window; that is what makes the count exact at the provider and not only
 * here.
 */
import { EndedPermits } from "./EndedPermits.ts"
import { Forecast } from "./Forecast.ts"
import type { Acquisition, PermitId, TierUsage } from "./PermitStore.ts"
import type { RateTier } from "./RateTier.ts"
import { WindowLog } from "./WindowLog.ts"

/** **Units** every instant in whole milliseconds of one clock that is never put back. */
export class PermitWindow {
  #tiers: ReadonlyArray<RateTier>
  readonly #log: WindowLog
  readonly #ended = new EndedPermits()
  readonly #inFlight = new Map<PermitId, number>()
  /** No lease ends before. */
  #leasesHoldUntil = Number.POSITIVE_INFINITY
  readonly #forecast = new Forecast()
  #lastCountedAt = Number.NEGATIVE_INFINITY

  constructor(tiers: ReadonlyArray<RateTier>) {
    this.#tiers = tiers
    this.#log = new WindowLog(tiers)
  }

  /** Takes other tiers. What was counted and what is in flight counts against them. */
  configure(tiers: ReadonlyArray<RateTier>): void {
    this.#tiers = tiers
    this.#log.configure(tiers)
    this.#forecast.clear()
  }

  /** Why no permit can be taken now; `undefined` where one can. */
  blocked(now: number): Extract<Acquisition, { readonly _tag: "WaitUntil" }> | undefined {
    this.#settle(now)
    let blocked: Extract<Acquisition, { readonly _tag: "WaitUntil" }> | undefined
    for (const [index, tier] of this.#tiers.entries()) {
      const at = this.#freeInTier(index, 1, now)
      if (at > (blocked?.at ?? now)) blocked = { _tag: "WaitUntil", at, tier }
    }
    return blocked
  }

  /** A permit is taken, under a name of the store's. */
  take(permit: PermitId, leaseUntil: number): void {
    this.#inFlight.set(permit, leaseUntil)
    this.#leasesHoldUntil = Math.min(this.#leasesHoldUntil, leaseUntil)
  }

  /** A permit was taken and has ended, both without us. */
  count(at: number): void {
    this.#ended.push(at)
  }

  /** Permits counted until an instant are no longer remembered: as many are assumed as a tier allows. */
  forget(until: number): void {
    this.#log.forget(until)
  }

  /** How many are in flight. */
  get inFlight(): number {
    return this.#inFlight.size
  }

  /** Whether a permit is in flight. */
  holds(permit: PermitId): boolean {
    return this.#inFlight.has(permit)
  }

  end(permit: PermitId, at: number): void {
    if (this.#inFlight.delete(permit)) this.#ended.push(at)
  }

  giveBack(permit: PermitId): void {
    this.#inFlight.delete(permit)
  }

  forecast(position: number, now: number, notBefore: number): number {
    this.#settle(now)
    const from = Math.max(now, notBefore)
    if (this.#tiers.length > 1 && this.#unsettled === 0) {
      return this.#forecast.at(position, from, notBefore, this.#log.tiers, (nth) => this.#freeAt(nth, now))
    }
    // Nobody starts before the first of them, so that a place further behind is never predicted to be the better one.
    const next = Math.max(from, this.#freeAt(1, now))
    let latest = next
    this.#log.tiers.forEach(({ limit, span }, index) => {
      // Each tier alone repeats itself every `limit` permits: a bound from below, and exact for a single tier.
      const rounds = Math.floor((position - 1) / limit)
      const first = Math.max(next, this.#freeInTier(index, ((position - 1) % limit) + 1, now))
      latest = Math.max(latest, first + rounds * span)
    })
    return latest
  }

  usage(now: number): ReadonlyArray<TierUsage> {
    this.#settle(now)
    return this.#tiers.map(({ limit, windowMillis }, index) => {
      const used = this.#unsettled + this.#log.count(index, now)
      const freesAt = this.#freeInTier(index, 1, now)
      return { limit, windowMillis, used, ...(freesAt > now ? { freesAt } : {}) }
    })
  }

  get #unsettled(): number {
    return this.#inFlight.size + this.#ended.size
  }

  /** Moves what has been counted by now into the log, and ends the permits whose lease is over. */
  #settle(now: number): void {
    if (this.#leasesHoldUntil <= now) this.#endLeases(now)
    for (let at = this.#ended.takeUntil(now); at !== undefined; at = this.#ended.takeUntil(now)) {
      // Another process's end may become known after a later one was counted: it is counted with that one.
      this.#lastCountedAt = Math.max(this.#lastCountedAt, at)
      this.#log.append(this.#lastCountedAt)
      this.#forecast.counted(this.#lastCountedAt)
    }
  }

  #endLeases(now: number): void {
    let earliest = Number.POSITIVE_INFINITY
    for (const [permit, leaseUntil] of this.#inFlight) {
      if (leaseUntil <= now) this.end(permit, leaseUntil)
      else earliest = Math.min(earliest, leaseUntil)
    }
    this.#leasesHoldUntil = earliest
  }

  /** When every tier has room for the `nth` permit from now, as far as what is known goes; `now` where it has. */
  #freeAt(nth: number, now: number): number {
    let latest = now
    for (let index = 0; index < this.#tiers.length; index++) {
      latest = Math.max(latest, this.#freeInTier(index, nth, now))
    }
    return latest
  }

  #freeInTier(index: number, nth: number, now: number): number {
    const limit = this.#tiers[index]?.limit ?? Number.POSITIVE_INFINITY
    const counted = this.#log.count(index, now)
    const known = this.#leftAt(index, nth, this.#unsettled + counted + nth - limit, counted, now)
    return counted < limit ? Math.max(known, this.#log.forgottenUntil(index)) : known
  }

  /** When so many of the requests that occupy a tier have left it. */
  #leftAt(index: number, nth: number, leaving: number, counted: number, now: number): number {
    if (leaving <= 0) return now
    if (leaving <= counted) return this.#log.leavesAt(index, leaving)
    const span = this.#log.tiers[index]?.span ?? 0
    // Any of those in flight may be counted next, and so may whoever goes before; who has ended, not before his instant.
    return (nth === 1 && leaving > counted + this.#inFlight.size ? this.#ended.earliest : now) + span
  }
}
