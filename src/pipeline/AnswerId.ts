/**
 * The provider's id of a request that it answered, as it may be told.
 */
import type * as Redacted from "effect/Redacted"
import { echoes } from "../provider/ProviderText.ts"
import { requestIdOf } from "../provider/RequestId.ts"
import type { Answer } from "../transport/Transport.ts"
import { secretsOf } from "./AttemptEnd.ts"

/** A hexadecimal number, as one or in parts. */
const isNumber = /^[\da-f]{6,}(?:-[\da-f]+)*$/i

/** A provider chooses its words: an id is told if it repeats no key, and is a number or repeats no private text. */
export const answerIdOf = (
  answer: Answer | undefined,
  key: Redacted.Redacted<string> | undefined,
  privateTexts: ReadonlyArray<string>
): string | undefined => {
  const id = answer === undefined ? undefined : requestIdOf(answer.headers)
  if (id === undefined) return undefined
  return echoes(id, secretsOf({ privateTexts: isNumber.test(id) ? [] : privateTexts }, key)) ? undefined : id
}
