/**
 * Stored pictures, and what was done about them, as the objects `--json` prints and as lines for a person. Pure.
 */
import type { ImageRemoval, ListedFile, ListedImage } from "../../src/image/ImageStore.ts"
import { ownNameOfPath } from "../../src/image/PictureName.ts"
import type { SweepReport, SweptFile } from "../../src/image/SweepImages.ts"
import type { ImageProblem, VerifyReport } from "../../src/image/VerifyImages.ts"
import { settingVariables } from "../../src/settings/Variables.ts"
import { bytesText, plainText } from "./Text.ts"

/** A picture. `jobIds` are the jobs that its name may speak of. **Units** bytes, milliseconds since 1970. */
export const imageJson = (image: ListedImage) => ({ ...image, jobIds: ownNameOfPath(image.path)?.jobIds ?? [] })

/** The same as a line. */
export const imageLine = ({ format, ...file }: ListedImage): string => `${format.padEnd(4)}  ${fileText(file)}`

/** How much there is. **Units** bytes. */
export const totalLine = (pictures: number, bytes: number): string =>
  pictures === 0 ? "There are no pictures." : `${countText(pictures)}, ${bytesText(bytes)}`

const countText = (pictures: number): string => `${pictures} picture${pictures === 1 ? "" : "s"}`

const fileText = ({ bytes, path, storedAt }: ListedFile): string =>
  `${timeText(storedAt)}  ${bytesText(bytes).padStart(11)}  ${plainText(path)}`

// A file can carry any time, also one beyond the calendar of dates.
const timeText = (millis: number): string =>
  Math.abs(millis) <= 8.64e15 ? new Date(millis).toISOString().slice(0, 19) + "Z" : "at no known time"

/** What came of removing a picture. */
export const removalLine = (path: string, removal: ImageRemoval): string =>
  removal === "Removed" ? `removed ${plainText(path)}` : `${plainText(path)} is not there: nothing to remove`

/** What was found out about all pictures. */
export const verifyLines = ({ intact, others, problems }: VerifyReport): ReadonlyArray<string> => [
  ...problems.map(problemLine),
  `${countText(intact)} as stored${others === 0 ? "" : `, ${others} more under names of their own`}, ${
    problems.length === 0 ? "nothing wrong" : `${problems.length} to look at`
  }`
]

const problemTexts: Readonly<Record<ImageProblem["problem"], string>> = {
  Missing: "not there any more",
  Changed: "holds other bytes than were stored",
  NoPicture: "is no picture",
  Unreadable: "can not be read"
}

const problemLine = ({ detail, jobId, path, problem }: ImageProblem): string =>
  `${plainText(path)}: ${problemTexts[problem]}${detail === undefined ? "" : ` (${detail})`}${
    jobId === undefined ? "" : `, of job ${jobId}`
  }`

const because: Readonly<Record<SweptFile["because"], string>> = {
  Age: "too old",
  Size: "too much",
  HalfWritten: "half-written"
}

/** What a sweep has done, or would do. */
export const sweepLines = ({ changed, failed, isDryRun, kept, removed }: SweepReport): ReadonlyArray<string> => {
  const bytes = removed.reduce((sum, file) => sum + file.bytes, 0)
  const stays =
    kept === undefined
      ? `no limit is set (${settingVariables.imageRetention.name}, ${settingVariables.imageMaximumBytes.name}): pictures stay`
      : `${countText(kept.pictures)} ${kept.pictures === 1 ? "stays" : "stay"}, ${bytesText(kept.bytes)}`
  return [
    ...removed.map((file) => `${because[file.because].padEnd(12)}  ${fileText(file)}`),
    ...changed.map(({ path }) => `stays         ${plainText(path)}: somebody has changed it`),
    ...failed.map(({ path, problem }) => `stays         ${plainText(path)}: ${problem.problem}, ${problem.detail}`),
    `${isDryRun ? "would remove" : "removed"} ${removed.length} file${removed.length === 1 ? "" : "s"}, ${bytesText(bytes)}; ${stays}`,
    ...(kept === undefined || kept.unfinished === 0
      ? []
      : [`${kept.unfinished} of them belong to jobs that have not ended: ludeng jobs list`]),
    ...(kept === undefined || kept.unknownJob === 0
      ? []
      : [`${kept.unknownJob} of them belong to jobs that this home does not know, and are left to theirs`])
  ]
}
