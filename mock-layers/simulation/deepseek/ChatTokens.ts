/**
 * How the simulated DeepSeek counts: four bytes are a token, and the context cache works in blocks from the beginning.
 *
 * **Source** the rule that only an identical beginning hits the cache is DeepSeek's (guide "Context Caching"); the size of
 * a block and the bytes per token are the simulator's own.
 */
import { hash } from "node:crypto"
import { bytesOf } from "../Messages.ts"

/** A message of a conversation, as it was sent. */
export interface SentMessage {
  readonly role: string
  readonly content: string
}

const bytesPerToken = 4
const blockTokens = 64

/** The tokens of a text, at least one. */
export const tokensOf = (text: string): number => Math.max(1, Math.ceil(bytesOf(text).length / bytesPerToken))

/** The tokens of a conversation, how many of them come from the cache, and the beginnings the cache holds from now on. */
export const countPrompt = (
  messages: ReadonlyArray<SentMessage>,
  cached: ReadonlySet<string>
): { readonly tokens: number; readonly hits: number; readonly prefixes: ReadonlyArray<string> } => {
  const text = messages.map(({ content, role }) => `${role}\n${content}\n`).join("")
  const bytes = bytesOf(text)
  const tokens = tokensOf(text)
  const prefixes: Array<string> = []
  for (let blocks = 1; blocks * blockTokens * bytesPerToken <= bytes.length; blocks++) {
    prefixes.push(hash("sha256", bytes.subarray(0, blocks * blockTokens * bytesPerToken)))
  }
  const missing = prefixes.findIndex((prefix) => !cached.has(prefix))
  return { tokens, hits: (missing < 0 ? prefixes.length : missing) * blockTokens, prefixes }
}
