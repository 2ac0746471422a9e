/**
 * The vault's file on the disk: read only where nobody else can, and replaced whole. A crash at any instant leaves the old
 * file or the new one (a `.partial` may remain; the next write removes it).
 *
 * **Gotchas** Windows knows no such modes: there the folder's own rights must keep others out.
 */
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import { VaultFailed, type VaultProblem } from "../../schemas/VaultFailed.ts"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"
import { type FileFailure, fileStep } from "../image/FileFailure.ts"
import { syncFolder } from "../image/ImageFolder.ts"

/** A vault of a thousand keys has about 300 KiB. **Units** bytes. */
const maximumBytes = 4_194_304

const partial = /^\.vault_\w+\.partial$/

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
export const replaceFile = (file: string, text: string): Effect.Effect<void, VaultFailed> =>
  Effect.gen(function* () {
    const folder = path.dirname(file)
    yield* removePartials(folder)
    const name = yield* makeIdentifier("vault")
    const temporary = path.join(folder, `.${name}.partial`)
    yield* Effect.andThen(
      writeNew(temporary, text),
      fileStep("naming", () => fs.rename(temporary, file))
    ).pipe(Effect.onError(() => Effect.ignore(fileStep("removing", () => fs.unlink(temporary)))))
    yield* syncFolder(folder)
  }).pipe(
    Effect.uninterruptible,
    Effect.mapError((failure) => storageFailed(file, failure))
  )

const writeNew = (temporary: string, text: string): Effect.Effect<void, FileFailure> =>
  Effect.acquireUseRelease(
    fileStep("creating a file", () => fs.open(temporary, "wx", 0o600)),
    (handle) =>
      fileStep("writing", async () => {
        await handle.writeFile(text)
        await handle.sync()
      }),
    (handle) => fileStep("closing", () => handle.close())
  )

const removePartials = (folder: string): Effect.Effect<void, FileFailure> =>
  Effect.flatMap(
    fileStep("looking", () => fs.readdir(folder)),
    (names) =>
      Effect.forEach(
        names.filter((name) => partial.test(name)),
        (name) => fileStep("removing", () => fs.unlink(path.join(folder, name))),
        { discard: true }
      )
  )

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
