/**
 * The `ai` package with `@ai-sdk/deepseek`, as it comes: two retries.
 */
import { createDeepSeek } from "@ai-sdk/deepseek"
import { generateText } from "ai"
import type { OpenPeer } from "../SpeedPeer.ts"
import { loopOf } from "../SpeedPeer.ts"
import { apiKey, messages, model, sampling } from "../Workload.ts"

/** Opens it. */
export const open: OpenPeer = (baseURL) => {
  const provider = createDeepSeek({ apiKey, baseURL })
  const system = messages.find((it) => it.role === "system")?.content ?? ""
  const prompt = messages.find((it) => it.role === "user")?.content ?? ""
  return Promise.resolve({
    loop: loopOf(async () => {
      const { text } = await generateText({
        model: provider(model),
        system,
        prompt,
        temperature: sampling.temperature,
        maxOutputTokens: sampling.max_tokens,
        // Left on, the temperature would have no effect, and each call would write a warning.
        providerOptions: { deepseek: { thinking: { type: "disabled" } } }
      })
      if (text === "") throw new Error("the completion has no content")
    })
  })
}
