/**
 * What is planted, and how it would look wherever it came out. Pure.
 */

/** What a canary stands for. */
export type CanaryKind = "key" | "vault secret" | "prompt"

/** A text that stands nowhere else. */
export interface Canary {
  readonly kind: CanaryKind
  readonly text: string
}

/** A canary whose marks are made of a few hexadecimal digits of its own; `seed` tells worlds apart. */
export const canaryOf = (kind: CanaryKind, seed: string): Canary => {
  const digits = Array.from(seed, (letter) => letter.charCodeAt(0).toString(16))
    .join("")
    .slice(0, 16)
  return {
    kind,
    text: kind === "prompt" ? `zebracanary${digits}` : `sk-canary${digits}7f3e9b5d1c${digits.slice(0, 6)}`
  }
}

/** How a canary may be written: as it is, in capitals, as base64 at any offset, as hexadecimal digits, in a URL, with gaps. */
export const formsOf = ({ text }: Canary): ReadonlyArray<string> => {
  const bytes = Buffer.from(text)
  // What stands before it shifts base64; the letters at the ends depend on the neighbours.
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "")
      .slice(offset === 0 ? 0 : offset + 1, -2)
  )
  // A key that is shown in part is shown: its head or its tail.
  const parts = text.startsWith("sk-") ? [text.slice(3, 19), text.slice(-12)] : [text]
  return [
    ...parts.flatMap((part) => [part, part.toUpperCase(), Buffer.from(part).toString("hex")]),
    ...base64,
    ...base64.map((it) => it.replaceAll("+", "-").replaceAll("/", "_")),
    Array.from(text).join("\u0000")
  ]
}

/** Finds the canaries that stand in a text, in whatever form; the forms are made once. */
export const canarySearch = (canaries: ReadonlyArray<Canary>): ((text: string) => ReadonlyArray<Canary>) => {
  const known = canaries.map((canary) => ({ canary, forms: formsOf(canary) }))
  return (text) => known.filter(({ forms }) => forms.some((form) => text.includes(form))).map(({ canary }) => canary)
}
