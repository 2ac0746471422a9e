/**
 * What a model writes, as the parts of Effect AI: pieces of text and of thought are opened and closed, the pieces of a
 * tool call put together, and the end told with what was used, what it cost and where it
 * comes from.
 */
import * as AiError from "effect/ai/AiError"
import type * as Response from "effect/ai/Response"
import * as Result from "effect/Result"
import type { StreamedPart } from "../../src/chat/StreamChat.ts"
import type { ChatFinished } from "../../src/provider/deepseek/DeepSeek.ts"
import { type AnswerOrigin, originOf } from "./AnswerOrigin.ts"
import type { FailureOrigin } from "./AiFailure.ts"

const reasons = { stop: "stop", length: "length", tool_calls: "tool-calls", content_filter: "content-filter" } as const

const finishOf = ({ finishReason, usage }: ChatFinished, deepseek: AnswerOrigin): Response.FinishPartEncoded => ({
  type: "finish",
  reason: reasons[finishReason],
  usage: {
    inputTokens: {
      total: usage.promptTokens,
      uncached: usage.cacheMissTokens,
      cacheRead: usage.cacheHitTokens,
      cacheWrite: undefined
    },
    outputTokens: { total: usage.completionTokens, text: undefined, reasoning: undefined }
  },
  response: undefined,
  metadata: { deepseek }
})

const metadataOf = ({ id, model }: ChatFinished, deepseek: AnswerOrigin): Response.ResponseMetadataPartEncoded => ({
  type: "response-metadata",
  id,
  modelId: model,
  timestamp: undefined,
  metadata: { deepseek }
})

interface OpenCall {
  readonly id: string
  readonly name: string
  params: string
}

type Parts = Result.Result<ReadonlyArray<Response.StreamPartEncoded>, AiError.AiError>

/** The answer has come whole and is paid, and is of no use. */
const badArguments = (method: string, { attempts, callId, cost }: AnswerOrigin): AiError.AiError => {
  const deepseek: FailureOrigin = {
    callId,
    reason: "MalformedResponse",
    outcome: "Done",
    isRetryable: true,
    attempts,
    cost
  }
  return AiError.make({
    module: "DeepSeekLanguageModel",
    method,
    reason: new AiError.InvalidOutputError({
      description: "the arguments of a tool call are not JSON",
      metadata: { deepseek }
    })
  })
}

const paramsOf = (call: OpenCall): Result.Result<unknown, undefined> => {
  try {
    const params: unknown = JSON.parse(call.params === "" ? "{}" : call.params)
    return Result.succeed(params)
  } catch {
    return Result.fail(undefined)
  }
}

/** The parts of one answer. */
export class AnswerParts {
  #open: "text" | "reasoning" | undefined
  #count = 0
  #finished: ChatFinished | undefined
  readonly #calls = new Map<number, OpenCall>()
  readonly #method: string

  constructor(method: string) {
    this.#method = method
  }

  /** What a part of the stream comes to. */
  next(part: StreamedPart): Parts {
    switch (part._tag) {
      case "Text":
        return Result.succeed(this.#piece("text", part.text))
      case "Reasoning":
        return Result.succeed(this.#piece("reasoning", part.text))
      case "ToolCall":
        return Result.succeed(this.#pieceOfCall(part))
      case "Finished":
        this.#finished = part
        return Result.succeed(this.#close())
      case "Settled":
        return this.#end(originOf(part))
    }
  }

  #end(origin: AnswerOrigin): Parts {
    const finished = this.#finished
    if (finished === undefined) return Result.succeed([])
    return Result.map(this.#endCalls(origin), (calls) => [
      ...calls,
      metadataOf(finished, origin),
      finishOf(finished, origin)
    ])
  }

  #piece(kind: "text" | "reasoning", delta: string): ReadonlyArray<Response.StreamPartEncoded> {
    if (this.#open === kind) return [{ type: `${kind}-delta`, id: `${kind}-${this.#count}`, delta }]
    const closed = this.#close()
    this.#open = kind
    this.#count += 1
    const id = `${kind}-${this.#count}`
    return [...closed, { type: `${kind}-start`, id }, { type: `${kind}-delta`, id, delta }]
  }

  #close(): ReadonlyArray<Response.StreamPartEncoded> {
    const kind = this.#open
    this.#open = undefined
    return kind === undefined ? [] : [{ type: `${kind}-end`, id: `${kind}-${this.#count}` }]
  }

  #pieceOfCall(part: Extract<StreamedPart, { readonly _tag: "ToolCall" }>): ReadonlyArray<Response.StreamPartEncoded> {
    const parts = [...this.#close()]
    let call = this.#calls.get(part.index)
    if (call === undefined) {
      call = { id: part.id ?? `call_${part.index}`, name: part.name ?? "", params: "" }
      this.#calls.set(part.index, call)
      parts.push({ type: "tool-params-start", id: call.id, name: call.name })
    }
    if (part.arguments === "") return parts
    call.params += part.arguments
    return [...parts, { type: "tool-params-delta", id: call.id, delta: part.arguments }]
  }

  #endCalls(origin: AnswerOrigin): Parts {
    const parts: Array<Response.StreamPartEncoded> = []
    for (const call of this.#calls.values()) {
      const params = paramsOf(call)
      if (Result.isFailure(params)) return Result.fail(badArguments(this.#method, origin))
      parts.push({ type: "tool-params-end", id: call.id })
      parts.push({ type: "tool-call", id: call.id, name: call.name, params: params.success })
    }
    return Result.succeed(parts)
  }
}

/** The same of an answer that is whole: text and thought in one piece each. */
export const wholeParts = (
  streamed: ReadonlyArray<StreamedPart>
): Result.Result<Array<Response.PartEncoded>, AiError.AiError> => {
  const parts = new AnswerParts("generateText")
  const whole: Array<Response.PartEncoded> = []
  const said = { text: "", reasoning: "" }
  const end: Array<Response.PartEncoded> = []
  for (const part of streamed) {
    if (part._tag === "Text") said.text += part.text
    else if (part._tag === "Reasoning") said.reasoning += part.text
    const next = parts.next(part)
    if (Result.isFailure(next)) return Result.fail(next.failure)
    for (const it of next.success) {
      if (it.type === "tool-call" || it.type === "response-metadata" || it.type === "finish") end.push(it)
    }
  }
  if (said.reasoning !== "") whole.push({ type: "reasoning", text: said.reasoning })
  if (said.text !== "") whole.push({ type: "text", text: said.text })
  return Result.succeed([...whole, ...end])
}
