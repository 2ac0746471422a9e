/**
 * What is asked: the messages that `PromptEnhancer` would send for one prompt. Peers send them as they are, again and
 * again; ours makes them for each call, from a prompt that no call before had.
 */
import { enhancementMessages } from "../../src/enhancement/Templates.ts"

/** The model's name. */
export const model = "deepseek-flash"

/** The key that the stub does not look at. */
export const apiKey = "sk-benchmark"

/** A prompt of its own for each call. */
export const promptOf = (call: number): string => `a red fox in the snow, take ${call}`

/** The messages of a peer's request. */
export const messages = enhancementMessages({
  prompt: promptOf(1_000_000),
  mode: "balanced",
  parameters: {},
  maximumCharacters: 2_000,
  notes: []
}).flatMap(({ content, role }) => (role === "system" || role === "user" ? [{ role, content }] : []))

/** The fields of a peer's request besides its messages. */
export const sampling = { temperature: 1, max_tokens: 1_000 } as const

/** The body of a peer's request, as text. */
export const bodyText = JSON.stringify({ model, messages, thinking: { type: "disabled" }, ...sampling, stream: false })

/** The path of the endpoint below the base URL. */
export const chatPath = "/chat/completions"

/** The headers of a peer's request. */
export const headers = { "content-type": "application/json", authorization: `Bearer ${apiKey}` } as const

/** The text of a completion; fails where there is none, so that no peer is fast by reading nothing. */
export const contentOf = (completion: unknown): string => {
  const choices: unknown = Reflect.get(Object(completion), "choices")
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined
  const message: unknown = Reflect.get(Object(first), "message")
  const content: unknown = Reflect.get(Object(message), "content")
  if (typeof content !== "string" || content === "") throw new Error("the completion has no content")
  return content
}
