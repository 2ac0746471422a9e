/**
 * How a letter changes, whatever it is kept in. Pure.
 */
import type { DeadLetter, LetterRequest } from "../../schemas/DeadLetter.ts"
import type { LetterId } from "../../schemas/Identifiers.ts"
import { addCosts } from "../../schemas/Money.ts"
import type { Settings } from "../../schemas/Settings.ts"
import { rememberedAttempts } from "./CallHistory.ts"
import type { NewLetter, RetryEnd } from "./DeadLetters.ts"

/** A new letter, with its prompt or without, as the settings say. */
export const newLetter = (
  letter: NewLetter,
  id: LetterId,
  { deadLetterPrompts }: Pick<Settings, "deadLetterPrompts">
): DeadLetter => ({
  ...letter,
  id,
  kind: letter.request._tag,
  retries: [],
  state: { _tag: "Waiting" },
  request: deadLetterPrompts === "omitted" ? withoutPrompt(letter.request) : letter.request
})

/** The request without its prompt; the finer wishes stay. */
const withoutPrompt = (request: LetterRequest): LetterRequest => {
  const { prompt: _, ...rest } = request.request
  return { ...request, request: rest } as LetterRequest
}

/** The letter after a retry. */
export const afterRetry = (letter: DeadLetter, end: RetryEnd): DeadLetter => {
  if (letter.state._tag !== "Waiting") return letter
  if (end._tag === "Rescued") return { ...letter, state: end.state }
  return {
    ...letter,
    failure: end.failure,
    retries: [...letter.retries, end.retry].slice(-rememberedAttempts),
    history: [...letter.history, ...end.history].slice(-rememberedAttempts),
    cost: addCosts(letter.cost, end.cost)
  }
}

/** The letter without what was asked for. */
export const discarded = (letter: DeadLetter, at: number): DeadLetter => {
  const { request: _, ...facts } = letter
  return letter.state._tag === "Waiting" ? { ...facts, state: { _tag: "Discarded", at } } : facts
}
