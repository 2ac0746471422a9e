/**
 * When the permits of a quota will be had, told by playing it through: nothing kept from one question to the next.
 */
import type { RateTier } from "../../../../src/policy/rate-limit/RateTier.ts"
import { spanInMillis } from "./RoomModel.ts"

/** The first instant from `from` at which every tier has room for one more. */
const roomAt = (counted: ReadonlyArray<number>, tiers: ReadonlyArray<RateTier>, from: number): number => {
  let at = from
  for (const { limit, windowMillis } of tiers) {
    const nthLast = counted[counted.length - limit]
    if (nthLast !== undefined) at = Math.max(at, nthLast + spanInMillis(windowMillis))
  }
  return at
}

/** The starts of the next `count` permits, each counted when it starts; `counted` are those before, oldest first. */
export const startsAfter = (
  counted: ReadonlyArray<number>,
  tiers: ReadonlyArray<RateTier>,
  from: number,
  count: number
): ReadonlyArray<number> => {
  const all = [...counted]
  for (let place = 0; place < count; place++) all.push(roomAt(all, tiers, Math.max(from, all.at(-1) ?? from)))
  return all.slice(counted.length)
}
