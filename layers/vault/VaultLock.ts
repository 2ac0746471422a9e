/**
 * One writer at a time, of all programs that share a vault. The lock is that of an empty database beside it: the system
 * takes it from a program that is killed, so that none is left behind.
 */
import * as fs from "node:fs/promises"
import { DatabaseSync } from "node:sqlite"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { VaultFailed } from "../../schemas/VaultFailed.ts"
import { fileStep } from "../image/FileFailure.ts"
import { failedAt, storageFailed } from "./VaultFile.ts"

/** How long another program is waited for. */
const longestWait = Duration.seconds(10)

/**
 * Runs an effect as the only writer.
 *
 * **Errors** `VaultFailed` with `Busy` where another program writes for longer than ten seconds.
 */
export const withLock = <A, E>(file: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E | VaultFailed> =>
  Effect.acquireUseRelease(
    take(`${file}.lock`),
    () => effect,
    (database) => Effect.sync(() => database.close())
  )

const take = (lock: string): Effect.Effect<DatabaseSync, VaultFailed> =>
  Effect.andThen(
    fileStep("locking", async () => (await fs.open(lock, "a", 0o600)).close()).pipe(
      Effect.mapError((failure) => storageFailed(lock, failure))
    ),
    Effect.suspend(() => {
      const database = open(lock)
      return database === undefined ? Effect.fail(busy(lock)) : Effect.succeed(database)
    }).pipe(
      Effect.retry({
        while: (failure) => failure.problem === "Busy",
        schedule: Schedule.spaced("20 millis").pipe(Schedule.upTo({ duration: longestWait }))
      })
    )
  )

const open = (lock: string): DatabaseSync | undefined => {
  const database = new DatabaseSync(lock)
  try {
    database.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE")
    return database
  } catch {
    database.close()
    return undefined
  }
}

const busy = (lock: string): VaultFailed =>
  failedAt(lock, "Busy", "another program has been writing for ten seconds", "try again when it is done")
