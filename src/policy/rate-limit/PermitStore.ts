/**
 * Where the permits of one quota are kept: one scope (account) and operation, all tiers at once.
 *
 * A permit is in flight from `acquire` until `end` says at which instant the provider counted the request at the latest;
 * from that instant it occupies every tier for the tier's span. A permit that was not used is given back, and nothing
 * remembers it. Every method is one synchronous step: no caller sees half of one, and none can be interrupted in it.
 *
 * **Gotchas** Synchronous on purpose: the waiting room takes the permit, the slot and the circuit's place in one step. A
 * store across a network leases permits to a synchronous one in each process.
 */

import type { StorageFailed } from "../../../schemas/Reason.ts"
import type { RateTier } from "./RateTier.ts"

/** Names a permit in flight. */
export type PermitId = number

/**
 * A permit; or the earliest instant at which it is worth asking again, and the tier that is full longest, where it is a
 * tier that is waited for; or what is wrong with the place where permits are kept: nothing was taken then.
 */
export type Acquisition =
  | { readonly _tag: "Acquired"; readonly permit: PermitId }
  | { readonly _tag: "WaitUntil"; readonly at: number; readonly tier?: RateTier }
  | typeof StorageFailed.Type

/** What a tier holds. **Units** permits; `windowMillis` without the clock's margin. */
export interface TierUsage {
  readonly limit: number
  readonly windowMillis: number
  /** In the window, or in flight. */
  readonly used: number
  /** When a full one has room again, as far as what is known goes; absent where it has. **Units** as `now`. */
  readonly freesAt?: number
}

/** **Units** every instant in whole milliseconds of one monotonic clock. */
export interface PermitStore {
  /**
   * Takes a permit of every tier, or none. Whoever holds it and never ends it loses it at `leaseUntil`: it then counts as
   * ended at that instant.
   */
  readonly acquire: (now: number, leaseUntil: number) => Acquisition
  /** The request was counted at `at` at the latest (it may lie ahead); a permit that has ended already stays as it is. */
  readonly end: (permit: PermitId, at: number) => void
  /** The permit was not used: it is as if it had never been taken. */
  readonly giveBack: (permit: PermitId) => void
  /**
   * The earliest instant at which the `position`-th permit from now (from 1) can be had, if none is taken before
   * `notBefore`. Exact while no permit is in flight; never too late.
   */
  readonly forecast: (position: number, now: number, notBefore: number) => number
  /** Takes other tiers. What was counted and what is in flight counts against them. */
  readonly configure: (tiers: ReadonlyArray<RateTier>) => void
  /** What the tiers hold. */
  readonly usage: (now: number) => ReadonlyArray<TierUsage>
}
