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
 * The facts of an ask whose first attempt sends a request. Each is found out when somebody reads it: a call that nobody
 * listens to, and that does not fail, pays for none. **Units** lengths in characters.
 */
export class EnhancementFacts implements RequestFacts {
  readonly #ask: EnhancementAsk
  readonly #request: ChatRequest

  constructor(ask: EnhancementAsk, request: ChatRequest) {
    this.#ask = ask
    this.#request = request
  }

  get fieldLengths(): RequestFacts["fieldLengths"] {
    const { parameters, prompt } = this.#ask
    const { focus } = parameters
    return { prompt: prompt.length, ...(focus === undefined ? {} : { focus: focus.join("").length }) }
  }

  get bodySha256(): string {
    return hash("sha256", chatBody(this.#request), "hex")
  }

  get parameters(): RequestFacts["parameters"] {
    const { maximumCharacters, mode } = this.#ask
    const { creativity, focus, length } = this.#ask.parameters
    return {
      mode,
      model: this.#request.model,
      maximumCharacters,
      ...(length === undefined ? {} : { length }),
      ...(creativity === undefined ? {} : { creativity }),
      ...(focus === undefined ? {} : { focus: focus.length })
    }
  }

  toJSON(): RequestFacts {
    return { fieldLengths: this.fieldLengths, bodySha256: this.bodySha256, parameters: this.parameters }
  }
}
