/**
 * Entity tags and byte ranges (RFC 9110, sections 8.8.3, 13.1 and 14): what part of a picture is asked for, and whether it is asked
 * for at all. Pure.
 */

/** The strong tag of a picture: its bytes never change under the same hash. */
export const entityTagOf = ({ sha256 }: { readonly sha256: string }): string => `"${sha256}"`

/** Whether a header `If-None-Match` names the tag; the comparison is the weak one, as the RFC has it. */
export const isMatched = (header: string | undefined, tag: string): boolean =>
  header !== undefined &&
  (header.trim() === "*" || header.split(",").some((it) => it.trim().replace(/^W\//, "") === tag))

/** What of the bytes is to be sent. **Units** `from` and `through` count bytes from 0, both included. */
export type BytesWanted =
  | { readonly _tag: "Whole" }
  | { readonly _tag: "Part"; readonly from: number; readonly through: number }
  | { readonly _tag: "Unsatisfiable" }

const whole: BytesWanted = { _tag: "Whole" }

/**
 * What a header `Range` asks for. Several ranges, other units and what can not be read are ignored, as the RFC allows;
 * `If-Range` with anything but the very tag asks for the whole.
 *
 * **Units** `length` bytes, above 0.
 */
export const bytesWanted = (
  range: string | undefined,
  ifRange: string | undefined,
  tag: string,
  length: number
): BytesWanted => {
  if (range === undefined || (ifRange !== undefined && ifRange.trim() !== tag)) return whole
  const [, first = "", last = ""] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(range.trim()) ?? []
  if (first === "" && last === "") return whole
  if (first === "") {
    const size = Math.min(Number(last), length)
    return size === 0 ? { _tag: "Unsatisfiable" } : { _tag: "Part", from: length - size, through: length - 1 }
  }
  const from = Number(first)
  const through = last === "" ? length - 1 : Math.min(Number(last), length - 1)
  if (last !== "" && Number(last) < from) return whole
  return from >= length ? { _tag: "Unsatisfiable" } : { _tag: "Part", from, through }
}
