/**
 * What may be logged of an enhancement: names and lengths of its fields, the hash of the body, and the parameters that
 * hold no text.
 */
import { hash } from "node:crypto"
import type { RequestFacts } from "../../schemas/CallEvent.ts"
import { chatBody } from "../provider/deepseek/ChatBody.ts"
import type { ChatRequest } from "../provider/deepseek/DeepSeek.ts"
import type { EnhancementAsk } from "./Templates.ts"

/** The facts of an ask whose first attempt sends `request`. **Units** lengths in characters. */
export const enhancementFacts = (ask: EnhancementAsk, request: ChatRequest): RequestFacts => {
  const { creativity, focus, length } = ask.parameters
  return {
    fieldLengths: { prompt: ask.prompt.length, ...(focus === undefined ? {} : { focus: focus.join("").length }) },
    bodySha256: hash("sha256", chatBody(request), "hex"),
    parameters: {
      mode: ask.mode,
      model: request.model,
      maximumCharacters: ask.maximumCharacters,
      ...(length === undefined ? {} : { length }),
      ...(creativity === undefined ? {} : { creativity }),
      ...(focus === undefined ? {} : { focus: focus.length })
    }
  }
}
