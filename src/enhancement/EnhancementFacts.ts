/**
 * What may be logged of an enhancement: names and lengths of its fields, the hash of the body, and the parameters that
 * hold no text.
 */
import { hash } from "node:crypto"
import type { RequestFacts } from "../../schemas/CallEvent.ts"
import { chatBody } from "../provider/deepseek/ChatBody.ts"
import type { ChatRequest } from "../provider/deepseek/DeepSeek.ts"
import type { EnhancementAsk } from "./Templates.ts"

/**
 * The facts of an ask whose first attempt sends `request`. Each is found out when somebody reads it: a call that nobody
 * listens to, and that does not fail, pays for none. **Units** lengths in characters.
 */
export const enhancementFacts = (ask: EnhancementAsk, request: ChatRequest): RequestFacts => ({
  get fieldLengths() {
    const { focus } = ask.parameters
    return { prompt: ask.prompt.length, ...(focus === undefined ? {} : { focus: focus.join("").length }) }
  },
  get bodySha256() {
    return hash("sha256", chatBody(request), "hex")
  },
  get parameters() {
    const { creativity, focus, length } = ask.parameters
    return {
      mode: ask.mode,
      model: request.model,
      maximumCharacters: ask.maximumCharacters,
      ...(length === undefined ? {} : { length }),
      ...(creativity === undefined ? {} : { creativity }),
      ...(focus === undefined ? {} : { focus: focus.length })
    }
  }
})
