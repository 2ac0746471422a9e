/**
 * What is known of nanobananaapi.ai as a whole. What its models take stands in `Models.ts`.
 */
import type { ProtocolFacts } from "../NanoBanana.ts"
import { models } from "./Models.ts"

/**
 * The facts.
 *
 * **Details** `maximumPromptCharacters` is that of the model that takes least, because the quality that chooses the model
 * may not be known yet; `formats` can be asked of Nano Banana 2 only. No cancel endpoint is documented.
 *
 * **Source** docs.nanobananaapi.ai, callbacks page (the host of results), read 2026-11-23.
 */
export const facts: ProtocolFacts = {
  maximumPromptCharacters: Math.min(...Object.values(models).map((it) => it.maximumPromptCharacters)),
  canCancel: false,
  resultHosts: ["tempfile.aiquickdraw.com"],
  formats: ["png", "jpeg"]
}
