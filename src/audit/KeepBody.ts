/**
 * What is kept of a body: its text without pictures and without the key, cut at the limit. Pure.
 */
import { hash } from "node:crypto"
import type { HashedBody, KeptBody } from "../../schemas/Audit.ts"
import { redactText } from "../telemetry/Redaction.ts"

/** A run of base64 that is no shorter is a picture, and not words. **Units** characters. */
export const shortestPicture = 256

/**
 * The body of a request or an answer, as it is kept. **Units** `limitBytes` of UTF-8; the whole body's length is told
 * besides: `wholeBytes` where `body` is only its beginning. Bytes that are no text are named by length and hash.
 */
export const keepBody = (
  body: string | Uint8Array,
  secrets: ReadonlyArray<string>,
  limitBytes: number,
  wholeBytes?: number
): KeptBody => {
  const given = typeof body === "string" ? Buffer.byteLength(body) : body.length
  const bytes = wholeBytes ?? given
  const text = withoutSecrets(typeof body === "string" ? body : textOf(body), secrets)
  if (bytes <= given) return { ...cut(withoutPictures(text), limitBytes), bytes }
  // Of a key that is cut at the edge no part may stay.
  const edge = Math.max(0, ...secrets.map((it) => JSON.stringify(it).length))
  return {
    text: cut(withoutPictures(text.slice(0, Math.max(0, text.length - edge))), limitBytes).text,
    isCut: true,
    bytes
  }
}

/** The hash of a body: it tells whether a given text was the one, and nothing to somebody without it. */
export const hashBody = (body: string | Uint8Array): HashedBody => ({
  bytes: typeof body === "string" ? Buffer.byteLength(body) : body.length,
  sha256: hash("sha256", body)
})

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const textOf = (body: Uint8Array): string => {
  try {
    return utf8.decode(body)
  } catch {
    return `<${body.length} bytes that are no text, sha256 ${hash("sha256", body)}>`
  }
}

/** A key may stand in a body as it is, or escaped as JSON escapes it. */
const withoutSecrets = (text: string, secrets: ReadonlyArray<string>): string => {
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
  return forms.some((form) => text.includes(form)) ? redactText(text, forms) : text
}

/** The text with every picture in base64, or in a data URL, replaced by its length and hash. */
export const withoutPictures = (text: string): string => {
  let kept = ""
  let from = 0
  // A run of this length covers one character in so many: it is enough to look at those.
  for (let at = shortestPicture - 1; at < text.length; at += shortestPicture) {
    if (!isBase64(text.charCodeAt(at))) continue
    let start = at
    while (start > from && isBase64(text.charCodeAt(start - 1))) start -= 1
    let end = at + 1
    while (end < text.length && isBase64(text.charCodeAt(end))) end += 1
    if (end - start < shortestPicture) continue
    const picture = text.slice(start, end)
    kept += `${text.slice(from, start)}<base64, ${picture.length} characters, sha256 ${hash("sha256", picture)}>`
    from = end
    at = end - 1
  }
  return from === 0 ? text : kept + text.slice(from)
}

/** Letters, digits, `+ / - _ =`, and what stands between them where JSON (`\/`, `\n`) or a URL (`%2B`) escapes them. */
const isBase64 = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 47 && code <= 57) ||
  code === 43 ||
  code === 45 ||
  code === 95 ||
  code === 61 ||
  code === 92 ||
  code === 37

const cut = (text: string, limitBytes: number): { readonly text: string; readonly isCut: boolean } => {
  if (text.length * 3 <= limitBytes) return { text, isCut: false }
  const bytes = Buffer.from(text)
  if (bytes.length <= limitBytes) return { text, isCut: false }
  // A letter that is cut in two is left out whole.
  let end = limitBytes
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return { text: bytes.toString("utf8", 0, end), isCut: true }
}
