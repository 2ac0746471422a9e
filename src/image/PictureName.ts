/**
 * What the name of a file in an image directory says: a picture, a picture that is still being written, and whose. Pure.
 *
 * A name is only a claim: what a file holds is for `ImageStore.inspect` to say.
 */
import * as Result from "effect/Result"
import type { ImageFormat } from "../../schemas/Image.ts"
import { JobId } from "../../schemas/Identifiers.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"

/** The format that a file's extension promises; `undefined` for every file that is no picture by its name. */
export const formatOfName = (fileName: string): ImageFormat | undefined => {
  const extension = /.\.(png|jpe?g|webp)$/i.exec(fileName)?.[1]?.toLowerCase()
  if (extension === undefined) return undefined
  return extension === "png" || extension === "webp" ? extension : "jpeg"
}

/** The name of the file in which a picture stands until it is whole. */
export const partialNameOf = (identifier: string): string => `.${identifier}.partial`

/** Whether a file is, by its name, a picture that is being written, or was when its process was killed. */
export const isPartialName = (fileName: string): boolean => /^\.image_[^/\\]+\.partial$/.test(fileName)

/** A name of our own making: how the hash of its bytes begins, and the jobs it may belong to (none: it has no job). */
export interface OwnName {
  readonly sha256Start: string
  readonly jobIds: ReadonlyArray<JobId>
}

/**
 * Reads a name of our own making, `{first 16 hex digits of the hash}-{label}.{extension}`; `undefined` for a name that a
 * person or a host has chosen.
 *
 * **Details** `…-job_7-2.png` may be the second picture of job `job_7`, or the first of a job `job_7-2`: it names both. A
 * label that begins with `image_` is that of a picture that was fetched for itself.
 *
 * ```ts
 * import { ownNameOf } from "@ludeng/providers"
 *
 * ownNameOf("0123456789abcdef-job_7.png")?.jobIds // => ["job_7"]
 * ownNameOf("holiday.png") // => undefined
 * ```
 */
export const ownNameOf = (fileName: string): OwnName | undefined => {
  const match = /^([0-9a-f]{16})-(.+)\.(?:png|jpg|webp)$/.exec(fileName)
  const [, sha256Start, label] = match ?? []
  if (sha256Start === undefined || label === undefined) return undefined
  if (label.startsWith("image_")) return { sha256Start, jobIds: [] }
  const numbered = /^(.+)-\d+$/.exec(label)?.[1]
  return { sha256Start, jobIds: (numbered === undefined ? [label] : [label, numbered]).map((id) => JobId.make(id)) }
}

/** The same, of a whole path. */
export const ownNameOfPath = (path: string): OwnName | undefined => ownNameOf(path.split(/[/\\]/).at(-1) ?? "")

/**
 * Checks where a file would be, by its names from the root on, before anything on disk is looked at or touched.
 *
 * **Errors** `StorageFailed` with `PathNotAllowed`: it is not below the root, or its name is not one that `isWanted`.
 */
export const nameBelow = (
  names: ReadonlyArray<string>,
  isWanted: (fileName: string) => boolean
): Result.Result<string, typeof StorageFailed.Type> => {
  const isBelow = names.every((it) => it !== "" && it !== "." && it !== ".." && !it.includes("\0"))
  // On Windows a path of another drive comes as it stands.
  if (!isBelow || /^[a-z]:/i.test(names[0] ?? "")) return refused("the path is not below the image directory")
  const fileName = names.at(-1) ?? ""
  return isWanted(fileName) ? Result.succeed(fileName) : refused("the path is not that of a picture")
}

const refused = (detail: string) => Result.fail({ _tag: "StorageFailed", problem: "PathNotAllowed", detail } as const)
