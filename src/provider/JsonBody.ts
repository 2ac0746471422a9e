/**
 * Reads the body of an answer as JSON, and tells apart the ways in which it is none.
 *
 * Blank lines before the JSON are legal (DeepSeek sends them while a request waits); a body of nothing but blanks is an
 * answer that never came. A body that breaks off is told from one that is wrong, because asking again helps the first.
 */

/** What a body is. */
export type JsonBody =
  | { readonly _tag: "Json"; readonly value: unknown }
  | { readonly _tag: "Blank" }
  | { readonly _tag: "Truncated" }
  | { readonly _tag: "NotJson" }

/** Reads a body. **Units** UTF-8 bytes. */
export const readJson = (body: Uint8Array): JsonBody => parseJson(utf8.decode(body))

const utf8 = new TextDecoder()

/** Reads a text. */
export const parseJson = (text: string): JsonBody => {
  try {
    const value: unknown = JSON.parse(text)
    return { _tag: "Json", value }
  } catch {
    if (text.trim() === "") return { _tag: "Blank" }
    return { _tag: breaksOff(text.trim()) ? "Truncated" : "NotJson" }
  }
}

/** Whether a text that is no JSON began as an object or list and ended inside it. */
const breaksOff = (text: string): boolean => {
  if (!/^[[{]/.test(text)) return false
  const closers: Array<string> = []
  let isInText = false
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (isInText) {
      if (character === "\\") at += 1
      else if (character === '"') isInText = false
    } else if (character === '"') isInText = true
    else if (character === "{") closers.push("}")
    else if (character === "[") closers.push("]")
    else if ((character === "}" || character === "]") && closers.pop() !== character) return false
  }
  return isInText || closers.length > 0
}
