/**
 * Makes a text fit to be sent, without changing what it says: trimmed, NFC, and without the characters that show one
 * thing and mean another. Whether the result is acceptable is decided by `Validate.ts`.
 *
 * Removed are the control characters and the bidi embeddings, overrides and isolates; a tab stays as one space, a line
 * break of any kind as one newline.
 */

/** Control characters but newline; bidi embeddings and overrides (U+202A to 202E), isolates (U+2066 to 2069). */
const removed = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

/**
 * The text as it may be sent. Doing it twice changes nothing.
 */
export const sanitizeText = (text: string): string =>
  text
    .replace(/\r\n|[\r\u0085\u2028\u2029]/g, "\n")
    .replace(/[\t\v\f]/g, " ")
    .replace(removed, "")
    .normalize("NFC")
    .trim()

/**
 * The same value with every text in it sanitised: through plain objects and arrays; anything else stays as it is, so
 * that validation sees what the caller gave.
 */
export const sanitizeInput = (input: unknown): unknown => {
  if (typeof input === "string") return sanitizeText(input)
  if (Array.isArray(input)) return input.map(sanitizeInput)
  if (!isPlainObject(input)) return input
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, sanitizeInput(value)]))
}

/** Whether a value is an object literal, or came out of JSON. */
export const isPlainObject = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The first code point that no sanitised text holds: one that is removed, or half of a surrogate pair. */
export const unfitCodePoint = (text: string): number | undefined => {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if ((code >= 0xd800 && code <= 0xdfff) || character.replace(removed, "") === "") return code
  }
  return undefined
}
