/**
 * A completion as the real DeepSeek streams it: a chunk with the role, reasoning if it thinks, content in small pieces,
 * `finish_reason` and `usage` on the last chunk, `[DONE]`.
 *
 * **Source** the recorded chunks in vercel/ai `packages/deepseek/src/chat/__fixtures__` (`deepseek-text`,
 * `deepseek-reasoning`, `deepseek-tool-call`), read 2026-11-23.
 */
import type { World } from "../Handler.ts"
import { bytesOf, type PlainAnswer } from "../Messages.ts"
import { type Chance, drawInt } from "../SeededRandom.ts"
import { deepSeekRefusals } from "./DeepSeekErrors.ts"

/** A completion that is not streamed. */
export interface Completion {
  readonly id: string
  readonly object: string
  readonly created: number
  readonly model: string
  readonly choices: ReadonlyArray<{
    readonly message: {
      readonly content: string
      readonly reasoning_content?: string
      readonly tool_calls?: ReadonlyArray<{ readonly id: string; readonly function: { readonly arguments: string } }>
    }
    readonly finish_reason: string
  }>
  readonly usage: unknown
  readonly system_fingerprint: string
}

const data = (text: string): Uint8Array => bytesOf(`data: ${text}\n\n`)

/** Pieces of 1 to 3 words' length, never inside a letter. */
const piecesOf = (text: string, chance: Chance, purpose: string): ReadonlyArray<string> => {
  const letters = Array.from(text)
  const pieces: Array<string> = []
  for (let at = 0; at < letters.length;) {
    const length = drawInt(chance, `${purpose}/${pieces.length}`, 2, 12)
    pieces.push(letters.slice(at, at + length).join(""))
    at += length
  }
  return pieces
}

/** The answer of a request that asked for a stream. */
export const streamOf =
  (completion: Completion, tellsUsage: boolean, { chance, fault }: Pick<World, "chance" | "fault">) =>
  (headers: Readonly<Record<string, string>>): PlainAnswer => {
    const { choices, created, id, model, system_fingerprint, usage } = completion
    const chunk = (delta: unknown, finish: string | null, told: unknown): Uint8Array =>
      data(
        JSON.stringify({
          id,
          object: "chat.completion.chunk",
          created,
          model,
          system_fingerprint,
          choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
          usage: told
        })
      )
    const [choice] = choices
    const message = choice?.message ?? { content: "" }
    const isThinking = message.reasoning_content !== undefined
    const plain = isThinking ? { reasoning_content: null } : {}
    const reasoning = piecesOf(message.reasoning_content ?? "", chance, "reasoning").map((it) =>
      chunk({ content: null, reasoning_content: it }, null, null)
    )
    const content = piecesOf(message.content, chance, "content").map((it) =>
      chunk({ content: it, ...plain }, null, null)
    )
    const calls = (message.tool_calls ?? []).flatMap((call, index) => [
      chunk({ tool_calls: [{ ...call, function: { ...call.function, arguments: "" } }] }, null, null),
      ...piecesOf(call.function.arguments, chance, `arguments/${index}`).map((it) =>
        chunk({ tool_calls: [{ index, function: { arguments: it } }] }, null, null)
      )
    ])
    const told = tellsUsage && fault !== "missing-usage" ? usage : null
    const role = isThinking ? { content: null, reasoning_content: "" } : { content: "" }
    const chunks = [
      chunk({ role: "assistant", ...role }, null, null),
      ...reasoning,
      ...content,
      ...calls,
      chunk({ content: "", ...plain }, choice?.finish_reason ?? "stop", told),
      data("[DONE]")
    ]
    const events = withFault(chunks, fault, chance)
    const type = { "content-type": "text/event-stream; charset=utf-8" }
    return { status: 200, headers: { ...type, ...headers }, body: Buffer.concat(events), events }
  }

const withFault = (
  chunks: ReadonlyArray<Uint8Array>,
  fault: World["fault"],
  chance: Chance
): ReadonlyArray<Uint8Array> => {
  const middle = drawInt(chance, "fault/place", 1, Math.max(1, chunks.length - 3))
  switch (fault) {
    case "malformed-chunk":
      return [...chunks.slice(0, middle), data('{"id":"oops'), ...chunks.slice(middle)]
    case "error-chunk":
      return [...chunks.slice(0, middle), data(new TextDecoder().decode(deepSeekRefusals["server-error"].body))]
    case "missing-done":
      return chunks.slice(0, -1)
    case "stalled-stream":
      return chunks.slice(0, middle)
    default:
      return chunks
  }
}
