/**
 * One writer at a time, of all programs that change a file: the lock of an empty database beside it. The system takes it
 * from a program that is killed, and nothing is left behind by one that is not.
 */
import * as fs from "node:fs"
import { DatabaseSync } from "node:sqlite"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** How long another program is waited for. */
const longestWait = Duration.seconds(10)

/** Why a lock can not be had: another program holds it, or no file can be made there (the system's code). */
export interface LockFailed {
  readonly _tag: "LockFailed"
  readonly code: string
}

/** Runs an effect as the only writer of a file. **Errors** `LockFailed`, with `EBUSY` after ten seconds. */
export const withFileLock = <A, E>(file: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E | LockFailed> =>
  Effect.acquireUseRelease(
    take(`${file}.lock`),
    () => effect,
    (database) =>
      Effect.sync(() => {
        // Under the lock: whoever waits for it sees that its file has gone, and takes another one.
        fs.rmSync(`${file}.lock`, { force: true })
        database.close()
      })
  )

const take = (lock: string): Effect.Effect<DatabaseSync, LockFailed> =>
  Effect.suspend(() => {
    const taken = tryToTake(lock)
    return typeof taken === "string"
      ? Effect.fail<LockFailed>({ _tag: "LockFailed", code: taken })
      : Effect.succeed(taken)
  }).pipe(
    Effect.retry({
      while: ({ code }) => code === "EBUSY",
      schedule: Schedule.spaced("20 millis").pipe(Schedule.upTo({ duration: longestWait }))
    })
  )

const tryToTake = (lock: string): DatabaseSync | string => {
  let database: DatabaseSync | undefined
  try {
    fs.closeSync(fs.openSync(lock, "a", 0o600))
    const before = fs.statSync(lock).ino
    database = new DatabaseSync(lock)
    database.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE")
    if (fs.statSync(lock).ino === before) return database
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== undefined && !["ERR_SQLITE_ERROR", "ENOENT"].includes(code)) {
      database?.close()
      return code
    }
  }
  database?.close()
  return "EBUSY"
}
