/**
 * A name for the way the model is asked, derived and not counted by hand: whoever changes a template, a temperature or
 * the room for an answer changes it too, and answers to the old wording are not taken for answers to the new one.
 */
import { hash } from "node:crypto"
import { EnhancementMode } from "../../schemas/Enhancement.ts"
import { enhancementChat, noEarlierAttempts } from "../enhancement/EnhancementChat.ts"
import { malformedNote, ownTemplates, tooLongNote } from "../enhancement/Templates.ts"
import type { ChatRequest } from "../provider/deepseek/DeepSeek.ts"

/** Requests of each mode, with every wish and with none, so that every sentence and number of the templates is in one. */
const samplesOf = (templates: typeof ownTemplates): ReadonlyArray<ChatRequest> =>
  EnhancementMode.literals.flatMap((mode) =>
    [{ length: 100, creativity: 0.5, focus: ["focus"] }, {}].map((parameters) =>
      enhancementChat(
        {
          prompt: "prompt",
          mode,
          parameters,
          maximumCharacters: 1_000,
          notes: [malformedNote("problem"), tooLongNote(2_000, 1_000)],
          template: templates[mode]
        },
        { model: "model", thinking: false, retiredName: undefined },
        noEarlierAttempts
      )
    )
  )

/** The version of templates. **Units** 64 lower-case hexadecimal digits. */
export const templateVersionOf = (templates: typeof ownTemplates): string =>
  hash("sha256", JSON.stringify(samplesOf(templates)), "hex")

/** The samples of the library's own templates. */
export const templateSamples: ReadonlyArray<ChatRequest> = samplesOf(ownTemplates)

/** The version of the library's own templates, made once. */
export const templateVersion: string = templateVersionOf(ownTemplates)
