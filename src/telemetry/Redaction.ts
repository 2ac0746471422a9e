/**
 * Takes known secrets out of text that we did not write: the stack of a defect, above all.
 *
 * **Gotchas** A last line of defence. What is logged on purpose is made of facts and never needs it.
 */

/** What stands in the place of a secret. */
export const redactedMark = "<redacted>"

/**
 * `text` with every occurrence of every secret replaced. Secrets shorter than 4 characters are left: replacing them
 * would destroy the text without hiding anything.
 */
export const redactText = (text: string, secrets: ReadonlyArray<string>): string =>
  secrets
    .filter((secret) => secret.length >= 4)
    .toSorted((left, right) => right.length - left.length)
    .reduce((result, secret) => result.replaceAll(secret, redactedMark), text)

/** A copy of a defect that is safe to print: its name, and its message and stack without the secrets. */
export const redactDefect = (defect: unknown, secrets: ReadonlyArray<string>): Error => {
  const original = defect instanceof Error ? defect : new Error(String(defect))
  const copy = new Error(redactText(original.message, secrets))
  copy.name = original.name
  copy.stack = redactText(original.stack ?? original.message, secrets)
  return copy
}
