/**
 * The vault's file on the disk: read only where nobody else can, and replaced whole. A crash at any instant leaves the old
 * file or the new one (a `.partial` may remain; the next write removes it).
 *
 * **Gotchas** Windows knows no such modes: there the folder's own rights must keep others out.
 */
import * as fs from "node:fs/promises"
import * as Effect from "effect/Effect"
import { VaultFailed, type VaultProblem } from "../../schemas/VaultFailed.ts"
import { type FileFailure, fileStep } from "../file/FileFailure.ts"
import { type LockFailed, withFileLock } from "../file/FileLock.ts"
import { replaceFile } from "../file/ReplaceFile.ts"

/** A vault of a thousand keys has about 300 KiB. **Units** bytes. */
const maximumBytes = 4_194_304

/** A failure of the vault at a file. */
export const failedAt = (subject: string, problem: VaultProblem, detail: string, remedy: string): VaultFailed =>
  new VaultFailed({ subject, problem, detail, remedy })

/** The text of a file that only its owner can read; `undefined` where there is none. */
export const readPrivateFile = (file: string): Effect.Effect<string | undefined, VaultFailed> =>
  Effect.gen(function* () {
    const facts = yield* fileStep("looking", () => fs.lstat(file)).pipe(
      Effect.catchIf(
        (failure) => failure.code === "ENOENT" || failure.code === "ENOTDIR",
        () => Effect.succeed(undefined)
      )
    )
    if (facts === undefined) return undefined
    if (!facts.isFile() || facts.size > maximumBytes)
      return yield* failedAt(file, "Damaged", "it is no file of ours", "move it away, and add the keys again")
    yield* refuseWide(file, facts.mode, "600")
    return yield* fileStep("reading", () => fs.readFile(file, "utf8"))
  }).pipe(Effect.catchIf(isFileFailure, (failure) => Effect.fail(storageFailed(file, failure))))

/** Refuses a folder that others can look into. */
export const refuseWideFolder = (folder: string): Effect.Effect<void, VaultFailed> =>
  fileStep("looking", () => fs.stat(folder)).pipe(
    Effect.mapError((failure) => storageFailed(folder, failure)),
    Effect.flatMap(({ mode }) => refuseWide(folder, mode, "700"))
  )

const refuseWide = (place: string, mode: number, allowed: "600" | "700"): Effect.Effect<void, VaultFailed> =>
  process.platform === "win32" || (mode & 0o077) === 0
    ? Effect.void
    : Effect.fail(
        failedAt(
          place,
          "TooWide",
          `others can read it (mode ${(mode & 0o777).toString(8).padStart(4, "0")})`,
          `take their rights away: chmod ${allowed} ${place}`
        )
      )

/** Replaces the file. To be called by one program at a time: under the lock. */
export const replaceVault = (file: string, text: string): Effect.Effect<void, VaultFailed> =>
  Effect.mapError(replaceFile(file, text), (failure) => storageFailed(file, failure))

/**
 * Runs an effect as the only writer of the vault.
 *
 * **Errors** `VaultFailed` with `Busy` where another program writes for longer than ten seconds.
 */
export const withVaultLock = <A, E>(file: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E | VaultFailed> =>
  withFileLock(file, Effect.result(effect)).pipe(
    Effect.mapError((failure) => lockFailed(`${file}.lock`, failure)),
    Effect.flatMap(Effect.fromResult)
  )

const lockFailed = (lock: string, { code }: LockFailed): VaultFailed =>
  code === "EBUSY"
    ? failedAt(lock, "Busy", "another program has been writing for ten seconds", "try again when it is done")
    : storageFailed(lock, { step: "locking", code })

const isFileFailure = (failure: FileFailure | VaultFailed): failure is FileFailure => failure._tag === "FileFailure"

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "make room on the disk",
  EDQUOT: "make room on the disk",
  EROFS: "name a folder that can be written to: LUDENG_HOME",
  EACCES: "name a folder that can be written to: LUDENG_HOME",
  EPERM: "name a folder that can be written to: LUDENG_HOME"
}

/** A failure of the disk; nothing was changed. */
export const storageFailed = (subject: string, { code, step }: Omit<FileFailure, "_tag">): VaultFailed =>
  failedAt(
    subject,
    "StorageFailed",
    `${step} failed (${code}), and the keys are as they were`,
    remedies[code] ?? "look at the disk"
  )
