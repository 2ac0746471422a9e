/**
 * Which stored pictures go, by age and by the room they take. Pure.
 *
 * What can not be undone is decided narrowly: only a file that the library has named itself goes, and never one whose job
 * may still come to need it.
 */
import type { ListedFile } from "./ImageStore.ts"

/**
 * What may be kept; a limit that is not there does not limit. **Units** milliseconds, bytes. `unknownJobMillis` is how long
 * a picture stays whose job nobody here knows; where it is not there, it stays.
 */
export interface RetentionLimits {
  readonly ageMillis?: number
  readonly maximumBytes?: number
  readonly unknownJobMillis?: number
}

/**
 * Whose a picture is.
 *
 * - `Ended`: its job has ended, or it never had one.
 * - `Unfinished`: its job has not ended.
 * - `UnknownJob`: the ledger knows no such job: it may be one of a program with another ledger, and under way there.
 * - `Foreign`: the library has not named it.
 */
export type PictureStanding = "Ended" | "Unfinished" | "UnknownJob" | "Foreign"

/** A stored picture, and whose it is. */
export interface KeptPicture extends ListedFile {
  readonly standing: PictureStanding
}

/** A picture that goes, and for which limit. */
export interface PictureToGo {
  readonly picture: KeptPicture
  readonly because: "Age" | "Size"
}

/**
 * The pictures that go, the oldest first: those beyond the age, then as many of the oldest as are beyond the room.
 *
 * **Details** `Foreign` pictures take no room of ours. What must stay and what goes may together be beyond the room: then
 * all goes that may. A picture from the future (the clock was set back) is taken for new.
 *
 * **Units** `now` in milliseconds since 1970.
 */
export const decideRetention = (
  { ageMillis, maximumBytes, unknownJobMillis = Number.POSITIVE_INFINITY }: RetentionLimits,
  pictures: ReadonlyArray<KeptPicture>,
  now: number
): ReadonlyArray<PictureToGo> => {
  const mayGo = ({ standing, storedAt }: KeptPicture): boolean =>
    standing === "Ended" || (standing === "UnknownJob" && now - storedAt >= unknownJobMillis)
  let bytes = bytesOf(pictures)
  const going: Array<PictureToGo> = []
  for (const picture of pictures.filter(mayGo).toSorted(oldestFirst)) {
    const isTooOld = ageMillis !== undefined && now - picture.storedAt >= ageMillis
    const isTooMuch = maximumBytes !== undefined && bytes > maximumBytes
    if (!isTooOld && !isTooMuch) break
    going.push({ picture, because: isTooOld ? "Age" : "Size" })
    bytes -= picture.bytes
  }
  return going
}

/** The room that the library's own pictures take. **Units** bytes. */
export const bytesOf = (pictures: ReadonlyArray<KeptPicture>): number =>
  pictures.reduce((sum, { bytes, standing }) => (standing === "Foreign" ? sum : sum + bytes), 0)

const oldestFirst = (left: KeptPicture, right: KeptPicture): number =>
  left.storedAt - right.storedAt || (left.path < right.path ? -1 : 1)
