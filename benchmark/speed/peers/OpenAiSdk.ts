/**
 * The `openai` package, as it comes: two retries, its own timeout.
 */
import OpenAI from "openai"
import type { OpenPeer } from "../SpeedPeer.ts"
import { loopOf } from "../SpeedPeer.ts"
import { apiKey, contentOf, messages, model, sampling } from "../Workload.ts"

/** Opens it. */
export const open: OpenPeer = (baseURL) => {
  const client = new OpenAI({ apiKey, baseURL })
  return Promise.resolve({
    loop: loopOf(async () => {
      contentOf(await client.chat.completions.create({ model, messages, ...sampling }))
    })
  })
}
