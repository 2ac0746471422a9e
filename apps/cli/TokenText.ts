/**
 * Tokens as a person types and reads them. Pure.
 */
import * as Option from "effect/Option"
import { type TokenRecord, TokenScope } from "../../schemas/Token.ts"
import { standingOf } from "../../src/access/TokenStanding.ts"
import { columnLines } from "./Columns.ts"

/** Reads `use`, `operate`, or both with a comma. */
export const scopesOf = (text: string): Option.Option<ReadonlyArray<TokenScope>> => {
  const names = text.split(",").map((it) => it.trim())
  const found = TokenScope.literals.filter((scope) => names.includes(scope))
  return new Set(names).size === found.length && found.length > 0 ? Option.some(found) : Option.none()
}

const unitMillis: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

const longestMillis = 3_650 * 86_400_000

/** Reads a time like `90d`, `12h`, `30m`, from 1 minute to 3650 days. **Units** milliseconds. */
export const lifetimeOf = (text: string): Option.Option<number> => {
  const [, count, unit] = /^(\d{1,7})\s*([mhd])$/.exec(text.trim()) ?? []
  const millis = Number(count ?? 0) * (unitMillis[unit ?? ""] ?? 0)
  return millis > 0 && millis <= longestMillis ? Option.some(millis) : Option.none()
}

/** The tokens, one a line, under a head. **Units** `now` in milliseconds since 1970. */
export const tokenTable = (records: ReadonlyArray<TokenRecord>, now: number): ReadonlyArray<string> =>
  records.length === 0
    ? ["there is no token; make one: ludeng tokens add --owner NAME"]
    : columnLines([
        ["ID", "OWNER", "SCOPES", "STATE", "CREATED", "EXPIRES", "LAST USED", "NAME"],
        ...records.map((it) => [
          it.id,
          it.owner,
          it.scopes.join(","),
          standingOf(it, now),
          day(it.createdAt),
          day(it.expiresAt),
          hour(it.lastUsedAt),
          it.name ?? "-"
        ])
      ])

const day = (at: number | undefined): string => (at === undefined ? "-" : new Date(at).toISOString().slice(0, 10))

const hour = (at: number | undefined): string =>
  at === undefined ? "-" : `${new Date(at).toISOString().slice(0, 13).replace("T", " ")}h UTC`
