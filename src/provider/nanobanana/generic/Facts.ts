/**
 * What is known of the plain job API as a whole: next to nothing, because nobody documents a service that speaks it.
 */
import type { ProtocolFacts } from "../NanoBanana.ts"

/**
 * The facts.
 *
 * **Details** `maximumPromptCharacters` is our own limit of a prompt, not one of the API; no host is known to hold results,
 * so that through a proxy nothing is fetched.
 */
export const facts: ProtocolFacts = {
  maximumPromptCharacters: 4_000,
  canCancel: true,
  resultHosts: [],
  formats: ["png", "jpeg", "webp"]
}
