/**
 * What the file system's error codes mean to us. Only the code and the step are told: messages hold paths.
 */
import * as Effect from "effect/Effect"
import type { StorageFailed } from "../../schemas/Reason.ts"

/** A step on the file system that failed, with the code it failed with (`ENOENT`), or the error's name. */
export interface FileFailure {
  readonly _tag: "FileFailure"
  readonly step: string
  readonly code: string
}

/** Runs one step. It can not be stopped half-way: whoever interrupts it only stops waiting for it. */
export const fileStep = <A>(step: string, run: () => Promise<A>): Effect.Effect<A, FileFailure> =>
  Effect.tryPromise({ try: run, catch: (error): FileFailure => ({ _tag: "FileFailure", step, code: codeOf(error) }) })

/** A failed step as the failure of the store. */
export const storageFailed = (failure: FileFailure): typeof StorageFailed.Type => ({
  _tag: "StorageFailed",
  problem: problems[failure.code] ?? "Other",
  detail: `${failure.step}: ${failure.code}`
})

const problems: Readonly<Record<string, (typeof StorageFailed.Type)["problem"]>> = {
  ENOSPC: "DiskFull",
  EDQUOT: "DiskFull",
  EFBIG: "DiskFull",
  EROFS: "ReadOnly",
  EACCES: "PermissionDenied",
  EPERM: "PermissionDenied",
  EEXIST: "AlreadyExists",
  ENAMETOOLONG: "PathNotAllowed",
  ENOTDIR: "PathNotAllowed",
  EISDIR: "PathNotAllowed",
  ELOOP: "PathNotAllowed"
}

/** The code of a file system's error, or the error's name. */
export const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown"
  return "code" in error && typeof error.code === "string" ? error.code : error.name
}
