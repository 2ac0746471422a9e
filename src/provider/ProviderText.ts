/**
 * A provider's own words, as far as they may be shown. Providers quote what they were sent: a 400 may hold the prompt, a
 * 401 a part of the key. A text that shares anything with a secret is dropped whole; no attempt is made to cut it out.
 *
 * The comparison is made twice: on the text as it stands, and on its letters and digits alone, so that escapes, quotes
 * and line breaks between the words of an echo do not hide it.
 */

const longestText = 200
/** How much of a text is looked at; what is beyond is never shown. */
const longestLook = 2_000
/** A run of this many equal characters is an echo. */
const echoLength = 8

/**
 * The text in one line, or `undefined` where it is blank or might tell a secret.
 *
 * **Units** at most 200 characters. An echo is a run of 8 characters, in any case, that also stands in a secret, or the
 * whole of a shorter secret. What looks like a key (`sk-…`, `Bearer …`, a long token with letters and digits, a masked
 * key) is one, known or not.
 */
export const safeProviderText = (text: string, secrets: ReadonlyArray<string>): string | undefined => {
  const line = oneLine(text.slice(0, longestLook))
  if (line === "" || looksLikeKey(line)) return undefined
  return echoes(line, secrets) ? undefined : cut(line)
}

/** Whether a text in one line shares anything with a secret. */
export const echoes = (line: string, secrets: ReadonlyArray<string>): boolean =>
  secrets.some(
    (secret) =>
      holdsEcho(line, oneLine(secret)) ||
      (folded(secret).length >= echoLength && holdsEcho(line, folded(secret))) ||
      holdsEcho(lettersAndDigits(line), lettersAndDigits(secret))
  )

const folded = (text: string): string => text.replace(/[\p{C}\p{Z}]+/gu, " ").normalize("NFC")

const oneLine = (text: string): string => folded(text).trim()

const lettersAndDigits = (text: string): string =>
  text.replace(/%[\da-f]{2}|\\u[\da-f]{4}|\\[nrt]|&#?\w+;/gi, "").replace(/[^\p{L}\p{N}]+/gu, "")

const looksLikeKey = (text: string): boolean =>
  /\b(sk|pk|api|key)[-_][\w-]{6,}/i.test(text) ||
  /\b(bearer|basic)\s+\S/i.test(text) ||
  /\*{3,}/.test(text) ||
  (text.match(/[\w-]{20,}|[\w+/=-]{32,}/g) ?? []).some((token) => /\d/.test(token) && /[a-z]/i.test(token))

const holdsEcho = (text: string, secret: string): boolean => {
  const lowerText = text.toLowerCase()
  const lowerSecret = secret.toLowerCase()
  if (lowerSecret === "") return false
  if (lowerSecret.length < echoLength) return lowerText.includes(lowerSecret)
  const runs = new Set<string>()
  for (let at = 0; at + echoLength <= lowerText.length; at++) runs.add(lowerText.slice(at, at + echoLength))
  for (let at = 0; at + echoLength <= lowerSecret.length; at++) {
    if (runs.has(lowerSecret.slice(at, at + echoLength))) return true
  }
  return false
}

const cut = (line: string): string => line.slice(0, longestText).toWellFormed().trimEnd()
