/**
 * What a database's errors mean to us. Only the step and SQLite's code are told: messages hold SQL and values.
 */
import * as Effect from "effect/Effect"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import type { StorageFailed } from "../../schemas/Reason.ts"

/** A failed statement as the failure of the store that ran it. `step` is what it was for ("entering a job"). */
export const sqlFailed =
  (step: string) =>
  (error: SqlError): typeof StorageFailed.Type => ({
    _tag: "StorageFailed",
    problem: problemOf(error),
    detail: `${step}: ${codeNameOf(error.reason.cause)}`
  })

/** Turns the errors of the database among those of an effect into the store's. */
export const orStorageFailed =
  (step: string) =>
  <A, E, R>(
    effect: Effect.Effect<A, E | SqlError, R>
  ): Effect.Effect<A, Exclude<E, SqlError> | typeof StorageFailed.Type, R> =>
    Effect.mapError(effect, (error) => (isSqlError(error) ? sqlFailed(step)(error) : (error as Exclude<E, SqlError>)))

/** What was thrown by a connection without a client, as the failure of the store that used it. */
export const thrownFailure = (step: string, cause: unknown): typeof StorageFailed.Type => ({
  _tag: "StorageFailed",
  problem: problemOfCause(cause),
  detail: `${step}: ${codeNameOf(cause)}`
})

/** What is wrong with the database. Source of the codes: sqlite.org/rescode.html. */
export const problemOf = (error: SqlError): (typeof StorageFailed.Type)["problem"] =>
  error.reason._tag === "LockTimeoutError" ? "Locked" : problemOfCause(error.reason.cause)

const problemOfCause = (cause: unknown): (typeof StorageFailed.Type)["problem"] => {
  const code = codeOf(cause)
  return (typeof code === "number" ? byResultCode[code & 0xff] : byFileCode[code]) ?? "Other"
}

const byResultCode: Readonly<Record<number, (typeof StorageFailed.Type)["problem"]>> = {
  3: "PermissionDenied",
  5: "Locked",
  6: "Locked",
  8: "ReadOnly",
  11: "Corrupt",
  13: "DiskFull",
  14: "PermissionDenied",
  26: "Corrupt"
}

const byFileCode: Readonly<Record<string, (typeof StorageFailed.Type)["problem"]>> = {
  EACCES: "PermissionDenied",
  EPERM: "PermissionDenied",
  EROFS: "ReadOnly",
  ENOSPC: "DiskFull",
  EISDIR: "PathNotAllowed",
  ENOTDIR: "PathNotAllowed",
  ENOENT: "PathNotAllowed"
}

const codeOf = (cause: unknown): number | string => {
  if (!(cause instanceof Error)) return "unknown"
  if ("errcode" in cause && typeof cause.errcode === "number") return cause.errcode
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.name
}

const codeNameOf = (cause: unknown): string => {
  const code = codeOf(cause)
  return typeof code === "number" ? `SQLite code ${code}` : code
}
