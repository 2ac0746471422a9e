/**
 * A chat completion out of decoded JSON: an answer that is whole, or the reason why it is of no use. Only a finish by
 * `stop` is clean; every other one, known or not, means that the text is not what was asked for.
 */
import * as Result from "effect/Result"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { DeepSeekChatAnswer, DeepSeekUsage } from "../../../schemas/wire/DeepSeekChat.ts"
import { decodeCompiled } from "../../input/CompiledSchema.ts"
import { problemText } from "../../input/SchemaProblem.ts"
import type { AnswerFacts } from "../AnswerFacts.ts"
import type { ChatUsage } from "./DeepSeek.ts"

/** What a completion holds, before it is known under which id it was asked for. */
export interface ReadChat {
  readonly id: string | undefined
  readonly model: string | undefined
  readonly content: string
  readonly finishReason: string
  readonly usage: ChatUsage
}

/** The problem of an answer that was cut at `max_tokens`: the next one may be given more. */
export const cutAtMaximumTokens = "cut at max_tokens"

const decodeAnswer = decodeCompiled(DeepSeekChatAnswer)
const decodeUsage = decodeCompiled(DeepSeekUsage)
const noUsage: DeepSeekUsage = {}

/** Reads a completion. */
export const readChat = (json: unknown, facts: () => AnswerFacts): Result.Result<ReadChat, ApiReason> => {
  const decoded = decodeAnswer(json)
  if (Result.isFailure(decoded)) {
    const problem = problemText(decoded.failure.issue, DeepSeekChatAnswer.ast)
    return Result.fail({ _tag: "MalformedResponse", ...facts(), problem })
  }
  const answer = decoded.success
  const [choice] = answer.choices
  const content = choice.message.content ?? ""
  const incomplete = (problem: string) => Result.fail({ _tag: "IncompleteResponse", ...facts(), problem } as const)
  switch (choice.finish_reason) {
    case "stop":
      return content.trim() === ""
        ? Result.fail({ _tag: "EmptyResponse", ...facts() })
        : Result.succeed({
            id: answer.id ?? undefined,
            model: answer.model ?? undefined,
            content,
            finishReason: "stop",
            usage: usageOf(answer.usage)
          })
    case "length":
      return incomplete(cutAtMaximumTokens)
    case "content_filter":
      return Result.fail({ _tag: "ContentRejected" })
    case "insufficient_system_resource":
      return incomplete("interrupted: insufficient_system_resource")
    case null:
      return incomplete("no finish_reason")
    default:
      return incomplete(`finish_reason ${labelOf(choice.finish_reason)}`)
  }
}

const labelOf = (finishReason: string): string => (/^[a-z_]{1,40}$/.test(finishReason) ? finishReason : "unknown")

/** The tokens that a `usage` tells; a strange one tells nothing. */
export const usageOf = (usage: unknown): ChatUsage => {
  const decoded = Result.getOrElse(decodeUsage(usage), () => noUsage)
  const cacheHitTokens = decoded.prompt_cache_hit_tokens ?? decoded.prompt_tokens_details?.cached_tokens ?? undefined
  const cacheMissTokens = decoded.prompt_cache_miss_tokens ?? difference(decoded.prompt_tokens, cacheHitTokens)
  return {
    promptTokens: decoded.prompt_tokens ?? sum(cacheHitTokens, cacheMissTokens),
    cacheHitTokens,
    cacheMissTokens,
    completionTokens: decoded.completion_tokens ?? undefined
  }
}

const difference = (whole: number | null | undefined, part: number | undefined): number | undefined =>
  typeof whole === "number" && part !== undefined && whole >= part ? whole - part : undefined

const sum = (left: number | undefined, right: number | undefined): number | undefined =>
  left === undefined || right === undefined ? undefined : left + right
