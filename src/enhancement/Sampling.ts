/**
 * How freely and how long DeepSeek may write: the two numbers of a request that follow from an enhancement's wishes.
 *
 * **Source** DeepSeek's parameter page recommends 1.3 for conversation and 1.5 for creative writing; `max_tokens` too
 * small gives an answer that is cut, or empty while thinking. Read 2026-11-23.
 */
import type { EnhancementMode } from "../../schemas/Enhancement.ts"

/** The highest temperature we ask for: DeepSeek takes 2, and recommends nothing above this. */
const highestTemperature = 1.5

const modeTemperature = { creative: 1.5, balanced: 1.3, precise: 0.7 } as const satisfies Record<
  EnhancementMode,
  number
>

/**
 * The temperature: linear from 0.0 (`creativity` 0) to 1.5 (`creativity` 1), rounded to two places; without a
 * `creativity` that of the mode (creative 1.5, balanced 1.3, precise 0.7).
 */
export const temperatureOf = (mode: EnhancementMode, creativity: number | undefined): number =>
  creativity === undefined ? modeTemperature[mode] : Math.round(creativity * highestTemperature * 100) / 100

/** The words that an answer has room for where no length is asked for. */
const usualWords = 150
const tokensPerWord = 4
/** What the JSON around the text, and the model's idea of "about", may take. */
const spareTokens = 256
const fewestTokens = 512
/** Reasoning counts as part of the answer. */
const thinkingTokens = 4096

/**
 * The tokens an answer may take: room for four tokens a word, never fewer than 512, and 4096 more for thinking.
 *
 * **Units** `length` in words.
 */
export const maximumTokensOf = (length: number | undefined, thinking: boolean): number =>
  Math.max(fewestTokens, (length ?? usualWords) * tokensPerWord + spareTokens) + (thinking ? thinkingTokens : 0)
