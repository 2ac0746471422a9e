/**
 * Whether a token lets somebody in, and when its last use is worth writing down. Pure.
 */
import type { TokenRecord } from "../../schemas/Token.ts"

/** How a token stands. */
export type TokenStanding = "good" | "expired" | "revoked"

type Instants = Pick<TokenRecord, "expiresAt" | "revokedAt" | "lastUsedAt">

/** How it stands. A revoked token stays revoked, whatever its time. **Units** `now` in milliseconds since 1970. */
export const standingOf = ({ expiresAt, revokedAt }: Instants, now: number): TokenStanding => {
  if (revokedAt !== undefined) return "revoked"
  return expiresAt !== undefined && now >= expiresAt ? "expired" : "good"
}

/** How exact the last use is: one write an hour, not one a request. **Units** milliseconds. */
export const lastUseGrainMillis = 3_600_000

/** Whether a use now is to be written down. A clock that was set back writes nothing. */
export const isUseWorthNoting = ({ lastUsedAt }: Instants, now: number): boolean =>
  lastUsedAt === undefined || now - lastUsedAt >= lastUseGrainMillis
