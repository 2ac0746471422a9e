/**
 * The parts of a streamed completion out of its bytes, as they come: the one place that says what a chunk, an error in
 * the middle, or the end of a stream means. Pure but for what it remembers of its own stream.
 *
 * A stream is whole when a `finish_reason` that we know and `[DONE]` have come. Every other end is a failure: what was
 * read of it is never taken for an answer.
 *
 * **Source** stream format and `finish_reason`: see `schemas/wire/DeepSeekStream.ts`; that an error object may stand among
 * the chunks is not confirmed, and looked for all the same.
 */
import * as Result from "effect/Result"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import type { Outcome } from "../../../schemas/Provider.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { DeepSeekChunk } from "../../../schemas/wire/DeepSeekStream.ts"
import { decodeCompiled } from "../../input/CompiledSchema.ts"
import { problemText } from "../../input/SchemaProblem.ts"
import type { Answer, AnswerHead } from "../../transport/Transport.ts"
import { answerFacts } from "../AnswerFacts.ts"
import { EventStream } from "../EventStream.ts"
import { parseJson } from "../JsonBody.ts"
import { StreamedBody } from "../StreamedBody.ts"
import { safeProviderText } from "../ProviderText.ts"
import { requestIdOf } from "../RequestId.ts"
import { retryHint } from "../RetryHint.ts"
import { type AnswerContext, failedAnswer } from "./ClassifyAnswer.ts"
import { classifyStatus } from "./ClassifyStatus.ts"
import type { ChatPart, FinishReason } from "./DeepSeek.ts"
import { errorObjectOf } from "./ErrorText.ts"
import { usageOf } from "./ReadChat.ts"

const longestEvent = 1_048_576

const decodeChunk = decodeCompiled(DeepSeekChunk)

const cleanFinishes: ReadonlySet<string> = new Set<FinishReason>(["stop", "length", "tool_calls", "content_filter"])
const isClean = (finish: string): finish is FinishReason => cleanFinishes.has(finish)

type Parts = Result.Result<ReadonlyArray<ChatPart>, AttemptFailed>

/** The reader of one stream. */
export class ChatStream {
  readonly #head: AnswerHead
  readonly #context: AnswerContext
  readonly #model: string
  readonly #events = new EventStream(longestEvent)
  readonly #body: StreamedBody
  #parts: Array<ChatPart> = []
  #hasEvents = false
  #hasContent = false
  #hasText = false
  #isDone = false
  #finish: string | undefined
  #usage: unknown
  #id: string | undefined
  #servedModel: string | undefined

  /** **Units** `keptBytes` of the body are kept, for whoever hears of the exchange. */
  constructor(head: AnswerHead, context: AnswerContext, model: string, keptBytes = 0) {
    this.#body = new StreamedBody(keptBytes)
    this.#head = head
    this.#context = context
    this.#model = model
  }

  /** Whether the answer is whole; what comes after it is of no meaning. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** What has come, for whoever keeps it: the beginning, and what all of it was. */
  get answer(): Answer {
    return { ...this.#head, ...this.#body.take() }
  }

  /** The parts that these bytes complete. */
  feed(bytes: Uint8Array): Parts {
    this.#body.add(bytes)
    const events = this.#events.feed(bytes)
    if (events === undefined)
      return this.#fail(this.#malformed(`an event longer than ${longestEvent} characters`), "Unknown")
    for (const data of events) {
      const failure = this.#read(data)
      if (failure !== undefined) return Result.fail(failure)
      if (this.#isDone) break
    }
    return this.#take()
  }

  /** The body has ended: well if only the line end after `[DONE]` was missing. */
  end(): Parts {
    if (this.#events.end()?.at(-1)?.trim() !== "[DONE]") return this.#broken()
    const failure = this.#finished()
    return failure === undefined ? this.#take() : Result.fail(failure)
  }

  #broken(): Parts {
    const facts = answerFacts(this.answer)
    return this.#hasEvents
      ? this.#fail({ _tag: "IncompleteResponse", ...facts, problem: "the stream ends before [DONE]" }, "Unknown")
      : this.#fail({ _tag: "EmptyResponse", ...facts }, "Unknown")
  }

  #take(): Parts {
    const parts = this.#parts
    this.#parts = []
    return Result.succeed(parts)
  }

  #read(data: string): AttemptFailed | undefined {
    this.#hasEvents = true
    if (data.trim() === "[DONE]") return this.#finished()
    const json = parseJson(data)
    if (json._tag !== "Json") return this.#failure(this.#malformed("a chunk: expected JSON"), "Unknown")
    const error = errorObjectOf(json.value)
    if (error !== undefined) return this.#errorChunk(error)
    const decoded = decodeChunk(json.value)
    if (Result.isFailure(decoded)) {
      const problem = problemText(decoded.failure.issue, DeepSeekChunk.ast)
      return this.#failure(this.#malformed(problem), "Unknown")
    }
    this.#readChunk(decoded.success)
    return undefined
  }

  #readChunk(chunk: DeepSeekChunk): void {
    this.#id ??= chunk.id ?? undefined
    this.#servedModel ??= chunk.model ?? undefined
    if (chunk.usage !== undefined && chunk.usage !== null) this.#usage = chunk.usage
    const [choice] = chunk.choices
    if (choice === undefined) return
    const { delta } = choice
    if (delta?.reasoning_content) this.#add({ _tag: "Reasoning", text: delta.reasoning_content })
    if (delta?.content) {
      this.#hasText ||= delta.content.trim() !== ""
      this.#add({ _tag: "Text", text: delta.content })
    }
    for (const [place, call] of (delta?.tool_calls ?? []).entries()) {
      this.#hasText = true
      this.#add({
        _tag: "ToolCall",
        index: call.index ?? place,
        id: call.id ?? undefined,
        name: call.function?.name ?? undefined,
        arguments: call.function?.arguments ?? ""
      })
    }
    this.#finish = choice.finish_reason ?? this.#finish
  }

  #add(part: ChatPart): void {
    this.#hasContent = true
    this.#parts.push(part)
  }

  #finished(): AttemptFailed | undefined {
    const finishReason = this.#finish
    const facts = () => answerFacts(this.answer)
    if (finishReason === undefined || !isClean(finishReason)) {
      const label = finishReason !== undefined && /^[a-z_]{1,40}$/.test(finishReason) ? finishReason : "unknown"
      const problem = finishReason === undefined ? "no finish_reason" : `finish_reason ${label}`
      return this.#failure({ _tag: "IncompleteResponse", ...facts(), problem }, "Done")
    }
    if (finishReason === "stop" && !this.#hasText) return this.#failure({ _tag: "EmptyResponse", ...facts() }, "Done")
    this.#isDone = true
    this.#parts.push({
      _tag: "Finished",
      finishReason,
      usage: usageOf(this.#usage),
      id: this.#id,
      model: this.#servedModel ?? this.#model,
      providerRequestId: requestIdOf(this.#head.headers)
    })
    return undefined
  }

  /**
   * An error in place of a chunk. Once content has come the request was taken and processed, whatever the error says:
   * one that calls the request itself bad is then the server's.
   */
  #errorChunk({ message, status }: { readonly message: string; readonly status: number }): AttemptFailed {
    const { outcome, reason } = classifyStatus(this.#hasContent && status === 400 ? 500 : status, {
      message,
      detail: safeProviderText(message, this.#context.secrets()),
      retryAfter: retryHint(this.#head.headers, this.#context.nowMillis)
    })
    return this.#failure(reason, this.#hasContent ? "Unknown" : outcome)
  }

  #malformed(problem: string): ApiReason {
    return { _tag: "MalformedResponse", ...answerFacts(this.answer), problem }
  }

  #fail(reason: ApiReason, outcome: Outcome): Parts {
    return Result.fail(this.#failure(reason, outcome))
  }

  #failure(reason: ApiReason, outcome: Outcome): AttemptFailed {
    return failedAnswer(this.#head, this.#context, reason, outcome)
  }
}
