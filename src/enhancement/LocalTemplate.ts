/**
 * A prompt rewritten without any model: the person's words first, unchanged, then what the mode stands for, then the
 * aspects to dwell on. It stands in where DeepSeek can not be had; the same wish gives the same text.
 */
import type { EnhancementMode } from "../../schemas/Enhancement.ts"
import { cutAtWord } from "./CutAtWord.ts"
import type { EnhancementAsk } from "./Templates.ts"

const manner = {
  creative: "in an imaginative setting, expressive light and colour, dynamic composition",
  balanced: "in a fitting setting, natural light, balanced composition",
  precise: "clear and exact, even light, sharp focus"
} as const satisfies Record<EnhancementMode, string>

/** The model that such a text is said to be of. */
export const localTemplateModel = "local-template"

/** The model that a prompt is said to be of that nobody rewrote. */
export const rawPromptModel = "raw-prompt"

/**
 * The rewritten prompt. It may be longer than of use: then `rawPrompt` is what is left.
 *
 * ```ts
 * import { localTemplate } from "@ludeng/providers"
 *
 * const ask = { prompt: "a red fox.", mode: "precise", parameters: { focus: ["fur"] } } as const
 * localTemplate(ask) // => "a red fox, clear and exact, even light, sharp focus, with attention to fur"
 * ```
 */
export const localTemplate = ({
  mode,
  parameters: { focus = [] },
  prompt
}: Pick<EnhancementAsk, "prompt" | "mode" | "parameters">): string => {
  const words = prompt.replace(/[\s.,;:]+$/, "")
  const parts = [words === "" ? prompt : words, manner[mode]]
  return (focus.length === 0 ? parts : [...parts, `with attention to ${listed(focus)}`]).join(", ")
}

const listed = (aspects: ReadonlyArray<string>): string =>
  aspects.length < 2 ? aspects.join("") : `${aspects.slice(0, -1).join(", ")} and ${aspects.at(-1) ?? ""}`

/** The prompt as it is, cut at a word where it is longer than of use. */
export const rawPrompt = (ask: Pick<EnhancementAsk, "prompt" | "maximumCharacters">): string =>
  cutAtWord(ask.prompt, ask.maximumCharacters)
