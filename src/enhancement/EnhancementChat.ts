/**
 * The chat request of one attempt at an enhancement. What the attempt before failed of decides how this one differs:
 *
 * - `MalformedResponse`: the problem is quoted, where it is the model's.
 * - `IncompleteResponse` because of `max_tokens`: twice the tokens.
 * - `EmptyResponse`: as it was, then without `json_object`, under which DeepSeek "may occasionally return empty content".
 *
 * **Source** api-docs.deepseek.com/guides/json_mode, read 2026-11-23.
 */
import type { AttemptFailed } from "../../schemas/Failures.ts"
import type { ChatRequest } from "../provider/deepseek/DeepSeek.ts"
import type { ModelChoice } from "../provider/deepseek/Models.ts"
import { cutAtMaximumTokens } from "../provider/deepseek/ReadChat.ts"
import { maximumTokensOf, temperatureOf } from "./Sampling.ts"
import { type EnhancementAsk, enhancementMessages, malformedNote } from "./Templates.ts"

/** What the attempts before have come to. `emptyAnswers` counts them in this ask. */
export interface EarlierAttempts {
  readonly previous: AttemptFailed | undefined
  readonly emptyAnswers: number
}

/** Before the first attempt. */
export const noEarlierAttempts: EarlierAttempts = { previous: undefined, emptyAnswers: 0 }

/** Empty answers after which `json_object` is left out. */
const toleratedEmptyAnswers = 1

/** The request to send. */
export const enhancementChat = (ask: EnhancementAsk, choice: ModelChoice, earlier: EarlierAttempts): ChatRequest => {
  const reason = earlier.previous?.reason
  const isToCorrect = reason?._tag === "MalformedResponse" && earlier.previous?.outcome === "Done"
  const notes = isToCorrect ? [...ask.notes, malformedNote(reason.problem)] : ask.notes
  const wasCut = reason?._tag === "IncompleteResponse" && reason.problem === cutAtMaximumTokens
  const maximumTokens = maximumTokensOf(ask.parameters.length, choice.thinking)
  return {
    model: choice.model,
    messages: enhancementMessages(ask, notes),
    temperature: temperatureOf(ask.mode, ask.parameters.creativity),
    maximumTokens: wasCut ? maximumTokens * 2 : maximumTokens,
    thinking: choice.thinking,
    answerFormat: earlier.emptyAnswers > toleratedEmptyAnswers ? "text" : "json"
  }
}

/**
 * The largest request that attempts at an ask can come to whose first is `first`, for its price. **Units** bytes and
 * tokens.
 */
export const largestChat = (first: ChatRequest): { readonly promptBytes: number; readonly maximumTokens: number } => {
  let promptBytes = longestNoteBytes
  for (const { content } of first.messages) promptBytes += Buffer.byteLength(content) + 1
  return { promptBytes, maximumTokens: first.maximumTokens * 2 }
}

/** A quoted problem, with room for the tokens that set messages apart. */
const longestNoteBytes = 1_000
