/**
 * Rewriting a prompt: what is asked for, and what comes back.
 */
import * as Schema from "effect/Schema"
import { CallId } from "./Identifiers.ts"
import { Cost } from "./Money.ts"
import { Provenance } from "./Provenance.ts"

/** The longest prompt that is taken. **Units** characters, each Unicode code point counted once. */
export const longestPrompt = 4000

/**
 * A prompt as it may be sent: trimmed, NFC, without control and bidi-override characters, 1 to 4000 characters.
 *
 * **Units** Characters are Unicode code points: a picture character that takes two UTF-16 units counts once.
 */
export const Prompt = Schema.String.check(
  Schema.isMinLength(1),
  Schema.makeFilter(
    (text: string) =>
      /[^\p{C}\p{Z}]/u.test(text) && (text.length <= longestPrompt || Array.from(text).length <= longestPrompt),
    { expected: "1 to 4000 characters, at least one of them visible" }
  )
)

/** How freely the prompt is rewritten: `creative`, `precise`, or `balanced` (default). */
export const EnhancementMode = Schema.Literals(["creative", "precise", "balanced"])
export type EnhancementMode = typeof EnhancementMode.Type

/**
 * The finer wishes of an enhancement.
 *
 * **Units** `length` in words, 10 to 400; `creativity` a ratio from 0 to 1, mapped to the model's temperature; `focus`
 * at most 8 aspects of 1 to 100 characters each ("light", "composition").
 */
export const EnhancementParameters = Schema.Struct({
  length: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 10, maximum: 400 })).annotate({
      expected: "a whole number of words from 10 to 400"
    })
  ),
  creativity: Schema.optionalKey(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({
      expected: "a ratio from 0 to 1"
    })
  ),
  focus: Schema.optionalKey(
    Schema.Array(
      Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100)).annotate({ expected: "1 to 100 characters" })
    )
      .check(Schema.isMaxLength(8))
      .annotate({ expected: "at most 8 aspects" })
  )
})
export interface EnhancementParameters extends Schema.Schema.Type<typeof EnhancementParameters> {}

/** A prompt to be rewritten. */
export const EnhancementRequest = Schema.Struct({
  prompt: Prompt,
  mode: Schema.optionalKey(EnhancementMode),
  parameters: Schema.optionalKey(EnhancementParameters)
})
export interface EnhancementRequest extends Schema.Schema.Type<typeof EnhancementRequest> {}

/**
 * A rewritten prompt.
 *
 * **Details** `attempts` counts the requests that this call began, and `cost` is theirs: both are 0 for an answer from the
 * cache, and for the text of a request that another call at the same time had begun. `model` is `local-template` or
 * `raw-prompt` where no model wrote the text. `shortened` says that it was cut at a word to what the image provider takes.
 */
export const Enhancement = Schema.Struct({
  callId: CallId,
  prompt: Schema.String,
  model: Schema.String,
  provenance: Provenance,
  isSimulated: Schema.Boolean,
  shortened: Schema.Boolean,
  cost: Cost,
  attempts: Schema.Int
})
export interface Enhancement extends Schema.Schema.Type<typeof Enhancement> {}
