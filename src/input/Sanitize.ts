/**
 * Makes a text fit to be sent, without changing what it says: trimmed, NFC, and without the characters that show one
 * thing and mean another. Whether the result is acceptable is decided by `Validate.ts`.
 *
 * Removed are the control characters and the bidi embeddings, overrides and isolates; a tab stays as one space, a line
 * break of any kind as one newline.
 */

/** Control characters but newline; bidi embeddings and overrides (U+202A to 202E), isolates (U+2066 to 2069). */
const removed = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

/** Texts in which nothing but the white space around them can need a change. */
const plain = /^[\x20-\x7e\n]*$/

/**
 * The text as it may be sent. Doing it twice changes nothing.
 */
export const sanitizeText = (text: string): string => (plain.test(text) ? text : cleaned(text)).trim()

const cleaned = (text: string): string =>
  text
    .replace(/\r\n|[\r\u0085\u2028\u2029]/g, "\n")
    .replace(/[\t\v\f]/g, " ")
    .replace(removed, "")
    .normalize("NFC")

/** How deep an input is followed: deeper than any request, so that one that holds itself ends as it is. */
const deepest = 8

/**
 * The same value with every text in it sanitised: through plain objects and arrays; anything else stays as it is, so
 * that validation sees what the caller gave.
 */
export const sanitizeInput = (input: unknown): unknown =>
  mapLeaves(input, (it) => (typeof it === "string" ? sanitizeText(it) : it))

/** The same value with `change` done to whatever is no plain object and no array; fields that are `undefined` go. */
export const mapLeaves = (input: unknown, change: (leaf: unknown) => unknown, depth: number = 0): unknown => {
  if (depth > deepest) return input
  if (Array.isArray(input)) return input.map((it) => mapLeaves(it, change, depth + 1))
  if (!isPlainObject(input)) return change(input)
  const mapped: Record<string, unknown> = {}
  for (const name of Object.keys(input)) {
    const value = input[name]
    if (value === undefined) continue
    // A field of this name would be taken for the prototype of the copy.
    if (name === "__proto__") return Object.fromEntries(Object.entries(input))
    mapped[name] = mapLeaves(value, change, depth + 1)
  }
  return mapped
}

/** Whether a value is an object literal, or came out of JSON. */
export const isPlainObject = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** What no sanitised text holds: the removed characters, and halves of surrogate pairs. */
const unfit = /(?!\n)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u

/** The first code point of a text that may not be sent, if there is one. */
export const unfitCodePoint = (text: string): number | undefined =>
  plain.test(text) ? undefined : unfit.exec(text)?.[0].codePointAt(0)
