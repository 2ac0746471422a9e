/**
 * A streamed completion out of a streamed answer: parts as they come. A stream that is asked for may still be refused by
 * status, or answered by something that is no event stream: that is collected, and classified as any other answer.
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import type { Answer, StreamedAnswer } from "../../transport/Transport.ts"
import type { TransportFailed } from "../../transport/TransportFailed.ts"
import { ChatStream } from "./ChatStream.ts"
import { type AnswerContext, classifyAnswer } from "./ClassifyAnswer.ts"
import type { ChatPart } from "./DeepSeek.ts"

/** What must be known besides the answer. */
export interface StreamContext {
  readonly context: AnswerContext
  /** The model that was asked for. */
  readonly model: string
  /** How much of the body `onRead` wants. **Units** bytes. */
  readonly keptBytes: number
  readonly failedExchange: (error: TransportFailed) => AttemptFailed
  /** Told once, when the reading has ended in whatever way. */
  readonly onRead: (answer: Answer) => void
}

type Parts = Pull.Pull<Arr.NonEmptyReadonlyArray<ChatPart>, AttemptFailed>

/** Reads an answer whose scope is open. */
export const readStream = (
  answer: StreamedAnswer,
  { context, failedExchange, keptBytes, model, onRead }: StreamContext
): Effect.Effect<Stream.Stream<ChatPart, AttemptFailed>, AttemptFailed, Scope.Scope> =>
  Effect.gen(function* () {
    if (!isEventStream(answer)) {
      const body = Buffer.concat(yield* Effect.mapError(Stream.runCollect(answer.body), failedExchange))
      const whole = { status: answer.status, headers: answer.headers, body }
      onRead(whole)
      return Stream.fromEffect(Effect.fromResult(classifyAnswer(whole, context, noStream)))
    }
    const reader = new ChatStream({ status: answer.status, headers: answer.headers }, context, model, keptBytes)
    yield* Effect.addFinalizer(() => Effect.sync(() => onRead(reader.answer)))
    const bytes = yield* Stream.toPull(Stream.mapError(answer.body, failedExchange))
    const parts: Parts = Effect.suspend(() => {
      if (reader.isDone) return Cause.done()
      const read = Effect.map(bytes, (chunks) => reader.feed(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
      return Effect.flatMap(
        Pull.catchDone(read, () => Effect.sync(() => reader.end())),
        (result): Parts => {
          if (Result.isFailure(result)) return Effect.fail(result.failure)
          return Arr.isReadonlyArrayNonEmpty(result.success) ? Effect.succeed(result.success) : parts
        }
      )
    })
    return Stream.fromPull(Effect.succeed(parts))
  })

const isEventStream = ({ headers, status }: StreamedAnswer): boolean =>
  status >= 200 && status < 300 && /^text\/event-stream\b/i.test(headers["content-type"]?.trim() ?? "")

const noStream = (_json: unknown, facts: () => { contentType: string; bytes: number; sha256: string }) =>
  Result.fail({ _tag: "MalformedResponse", ...facts(), problem: "answer: expected an event stream" } as const)
