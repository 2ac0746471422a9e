/**
 * Which names and folders a picture may be stored under. Pure: whether a folder is a link that leads out of the root is
 * for the store on the file system to see.
 *
 * A name that is plain here is plain on Linux, macOS and Windows, so that a folder of pictures can move between them. It
 * never comes from a provider. Its extension is made that of the bytes: `fox.png` holding a JPEG becomes `fox.jpg`,
 * `fox` becomes `fox.jpg`; refusing would lose a picture that has been paid for.
 */
import * as Result from "effect/Result"
import type { ImageFormat } from "../../schemas/Image.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { ImageTarget } from "./ImageStore.ts"

/** The longest file or folder name. **Units** bytes of UTF-8. Most file systems take 255; the rest is for suffixes. */
export const maximumNameBytes = 200

/** How many pictures may ask for one file name in one folder; the next is refused with `AlreadyExists`. */
export const maximumSameNames = 1000

type PathRefused = typeof StorageFailed.Type

/** A target whose every name is plain. */
export interface PlainTarget {
  readonly root: string
  /** The folders below the root, outermost first; none for the root itself. */
  readonly folders: ReadonlyArray<string>
  readonly fileName: string | undefined
  readonly label: string
}

/**
 * Checks the names of a target, before a byte is fetched for it.
 *
 * **Errors** `StorageFailed` with `PathNotAllowed`: a name is empty, too long, `.` or `..`, ends in a dot or a space,
 * has a separator, a control or direction character, a lone surrogate or one of `<>:"|?*`, or is a Windows device.
 */
export const plainTarget = (target: ImageTarget): Result.Result<PlainTarget, PathRefused> => {
  const folders = target.directory === undefined || target.directory === "" ? [] : target.directory.split("/")
  const problem =
    target.root === "" || target.root.includes("\0")
      ? "the root is no path"
      : (folders.map((it) => problemOf("the directory", it)).find((it) => it !== undefined) ??
        (target.fileName === undefined ? undefined : problemOf("the file name", target.fileName)) ??
        problemOf("the label", target.label))
  return problem === undefined
    ? Result.succeed({ root: target.root, folders, fileName: target.fileName, label: target.label })
    : Result.fail({ _tag: "StorageFailed", problem: "PathNotAllowed", detail: problem })
}

/** The name of the file, from what it turned out to hold. */
export const imageFileName = (
  target: PlainTarget,
  image: { readonly sha256: string; readonly format: ImageFormat }
): string => {
  const [extension, ...others] = extensions[image.format]
  if (target.fileName === undefined) return `${image.sha256.slice(0, 16)}-${target.label}.${extension}`
  const [stem, given] = splitExtension(target.fileName)
  const isRight = [extension, ...others].some((it) => it === given?.toLowerCase())
  return isRight ? target.fileName : `${stem}.${extension}`
}

/** The names to try one after the other where the first is taken: `fox.png`, `fox-2.png`, … `fox-1000.png`. */
export function* candidateNames(fileName: string): Generator<string, void> {
  yield fileName
  const [stem, extension] = splitExtension(fileName)
  for (let number = 2; number <= maximumSameNames; number++) yield `${stem}-${number}.${extension}`
}

const extensions: Readonly<Record<ImageFormat, readonly [string, ...Array<string>]>> = {
  png: ["png"],
  jpeg: ["jpg", "jpeg"],
  webp: ["webp"]
}

/** Only what looks like a picture's extension is one: `v1.2` keeps its dot. */
const splitExtension = (fileName: string): readonly [string, string | undefined] => {
  const match = /^(.+)\.(png|jpe?g|webp|gif|bmp|avif|tiff?)$/is.exec(fileName)
  return match === null ? [fileName, undefined] : [match[1] ?? fileName, match[2]]
}

const device = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/i
const forbidden = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069/\\<>:"|?*]/u

const problemOf = (what: string, name: string): string | undefined => {
  if (name === "") return `${what} has an empty part`
  if (new TextEncoder().encode(name).length > maximumNameBytes)
    return `${what} is longer than ${maximumNameBytes} bytes`
  if (name === "." || name === "..") return `${what} leads elsewhere`
  if (/[. ]$/.test(name)) return `${what} ends in a dot or a space`
  if (!name.isWellFormed() || forbidden.test(name)) return `${what} has a character that no file name should have`
  return device.test(name.split(".", 1)[0]?.trimEnd() ?? "") ? `${what} is the name of a device` : undefined
}
