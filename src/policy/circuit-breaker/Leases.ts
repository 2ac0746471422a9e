/**
 * The places of calls in flight while a circuit recovers. Each is held for a limited time, so that a call that never
 * ends can not keep a circuit half-open for ever.
 */

/** The place of one call. **Units** `expiresAt` in milliseconds; at that instant the place is free. */
export interface Lease {
  readonly id: number
  readonly expiresAt: number
}

/** The leases that still hold at `now`; the same array if all do. */
export const liveLeases = (leases: ReadonlyArray<Lease>, now: number): ReadonlyArray<Lease> =>
  leases.every((lease) => lease.expiresAt > now) ? leases : leases.filter((lease) => lease.expiresAt > now)

/** The leases without that of one call; the same array if it has none. */
export const withoutLease = (leases: ReadonlyArray<Lease>, id: number): ReadonlyArray<Lease> =>
  leases.some((lease) => lease.id === id) ? leases.filter((lease) => lease.id !== id) : leases

/** When the first lease ends. **Units** milliseconds; undefined if there is none. */
export const firstExpiry = (leases: ReadonlyArray<Lease>): number | undefined => {
  let first: number | undefined
  for (const { expiresAt } of leases) if (first === undefined || expiresAt < first) first = expiresAt
  return first
}
