/**
 * What a host says to the model in place of the library's own words, per mode.
 */
import * as Schema from "effect/Schema"

const text = (longest: number) =>
  Schema.String.check(
    Schema.makeFilter((it: string) => it.trim().length > 0 && it.length <= longest, {
      expected: `1 to ${longest} characters, at least one of them visible`
    })
  ).annotate({ expected: `1 to ${longest} characters, at least one of them visible` })

/**
 * The words of one mode.
 *
 * **Details** `rules` begins the system prompt: who the model is, and how it rewrites. `example` is what a good answer to
 * "a red fox in the snow" would be. `instruction` begins the user's message (default `Rewrite the text in the json object
 * below.`). What makes the answer readable and the user's text harmless is not the host's to leave out: the library adds
 * it after `rules`.
 *
 * **Units** `rules` 1 to 8000 characters, `example` 1 to 2000, `instruction` 1 to 500.
 */
export const PromptTemplate = Schema.Struct({
  rules: text(8_000),
  example: Schema.optionalKey(text(2_000)),
  instruction: Schema.optionalKey(text(500))
})
export interface PromptTemplate extends Schema.Schema.Type<typeof PromptTemplate> {}

/** Templates by mode; a mode that is not named keeps the library's own. */
export const PromptTemplateDocument = Schema.Struct({
  creative: Schema.optionalKey(PromptTemplate),
  precise: Schema.optionalKey(PromptTemplate),
  balanced: Schema.optionalKey(PromptTemplate)
})
export interface PromptTemplateDocument extends Schema.Schema.Type<typeof PromptTemplateDocument> {}
