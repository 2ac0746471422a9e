/**
 * A conversation with DeepSeek through the pipeline, as a stream of what the model writes.
 *
 * The call runs in a fiber of the stream's scope, and hands over what has come at once, never more than it is asked for:
 * whoever stops taking holds the provider up. Whoever leaves ends the call, waits until its socket is closed, and has
 * paid its bound if the request was sent.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Cause from "effect/Cause"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { Cost } from "../../schemas/Money.ts"
import { Prices } from "../money/Prices.ts"
import { Pipeline } from "../pipeline/Pipeline.ts"
import { withCallUnder } from "../pipeline/WithCall.ts"
import { type ChatPart, type ChatRequest, DeepSeek } from "../provider/deepseek/DeepSeek.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { ChatPlan, type PassOn } from "./ChatPlan.ts"

/** The longest a completion may take where its options do not say: DeepSeek itself gives up waiting after as long. */
const defaultDeadline = Duration.minutes(10)

/** What is told besides the answer when it is whole. */
export interface ChatEnd {
  readonly _tag: "Settled"
  readonly attempts: number
  readonly cost: Cost
}

/** A part of the answer; `Finished` and then `Settled` are the last ones of a stream that is whole. */
export type StreamedPart = ChatPart | ChatEnd

/**
 * Asks.
 *
 * **Errors** `Rejection` before anything was sent, else `ApiError`. After the first part nothing is sent again: a stream
 * that breaks off then fails.
 */
export interface ChatStreams {
  /** What the model writes, as it comes. */
  readonly stream: (request: ChatRequest, options: CallOptions) => Stream.Stream<StreamedPart, CallFailure>
  /** The same when it is whole; an attempt that breaks off anywhere may be made again. */
  readonly whole: (
    request: ChatRequest,
    options: CallOptions
  ) => Effect.Effect<ReadonlyArray<StreamedPart>, CallFailure>
}

/** Makes it. */
export const makeChatStreams: Effect.Effect<ChatStreams, never, Pipeline | DeepSeek | Prices | LiveSettings> =
  Effect.gen(function* () {
    const pipeline = yield* Pipeline
    const deepSeek = yield* DeepSeek
    const prices = yield* Prices
    const liveSettings = yield* LiveSettings
    const clock = yield* Clock.Clock

    const run = (
      request: ChatRequest,
      options: CallOptions,
      collected: Array<ChatPart> | undefined,
      passOn: PassOn
    ) => {
      const deadline = options.deadline ?? defaultDeadline
      return withCallUnder(
        liveSettings,
        options,
        ({ deepseek }) => ({ deadline, attemptLimit: (deepseek.retryLimits.chat ?? deepseek.retryLimit) + 1 }),
        (call) => {
          const { settings } = call.settings
          const parts = { request, settings: settings.deepseek, deepSeek, prices: prices.of(settings), clock, deadline }
          const plan =
            collected === undefined ? new ChatPlan({ ...parts, passOn }) : new WholeChatPlan(parts, collected)
          return Effect.map(pipeline.run(plan), (result): ReadonlyArray<StreamedPart> => [
            result.answer,
            { _tag: "Settled", attempts: result.attempts, cost: result.cost }
          ])
        }
      )
    }

    return {
      stream: (request, options) =>
        Stream.unwrap(
          Effect.gen(function* () {
            const queue = yield* Queue.bounded<ReadonlyArray<StreamedPart>, CallFailure | Cause.Done>(1)
            const passOn: PassOn = (parts) => Effect.asVoid(Queue.offer(queue, parts))
            const asked = Effect.matchCauseEffect(run(request, options, undefined, passOn), {
              onFailure: (cause) => Queue.failCause(queue, cause),
              onSuccess: (end) => Effect.andThen(Queue.offer(queue, end), Queue.end(queue))
            })
            yield* Effect.forkScoped(asked, { startImmediately: true })
            return Stream.flatMap(Stream.fromQueue(queue), Stream.fromIterable)
          })
        ),
      whole: (request, options) =>
        Effect.suspend(() => {
          const collected: Array<ChatPart> = []
          return Effect.map(
            run(request, options, collected, () => Effect.void),
            (end) => [...collected, ...end]
          )
        })
    }
  })

/** A completion that is passed on when it is whole: each attempt begins anew. */
class WholeChatPlan extends ChatPlan {
  readonly #collected: Array<ChatPart>

  constructor(parts: Omit<ConstructorParameters<typeof ChatPlan>[0], "passOn">, collected: Array<ChatPart>) {
    super({ ...parts, passOn: (more) => Effect.sync(() => void collected.push(...more)) })
    this.#collected = collected
  }

  override isPassedOn(): boolean {
    return false
  }

  override attempt(attempt: Parameters<ChatPlan["attempt"]>[0]): ReturnType<ChatPlan["attempt"]> {
    return Effect.suspend(() => {
      this.#collected.length = 0
      return super.attempt(attempt)
    })
  }
}
