/**
 * What lines of the log are made of: flat fields of names, numbers and times. **Units** milliseconds, wherever a name ends so.
 */
import * as Duration from "effect/Duration"
import type { ApiReason, RejectionReason } from "../../schemas/Reason.ts"

/** The fields of a line. */
export type Fields = Readonly<Record<string, unknown>>

const plain = (value: unknown): unknown => (Duration.isDuration(value) ? Duration.toMillis(value) : value)

/** A reason by its name, and its own facts. */
export const reasonFields = (reason: ApiReason | RejectionReason): Fields =>
  Object.fromEntries(
    Object.entries(reason).map(([name, value]) =>
      name === "_tag" ? ["reason", value] : [`reason.${name}`, plain(value)]
    )
  )

/** A line. */
export interface Line {
  readonly message: string
  readonly fields: Fields
}

const rounded = (millis: number): number => Math.round(millis * 1_000) / 1_000

/** Times by their names. */
export const timeFields = (times: object | undefined): Fields =>
  times === undefined
    ? {}
    : Object.fromEntries(
        Object.entries<number>({ ...times }).map(([name, millis]) => [`${name}Millis`, rounded(millis)])
      )
