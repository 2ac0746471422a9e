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
import type { CallId } from "../../schemas/Identifiers.ts"
import type { Cost } from "../../schemas/Money.ts"
import { live, type Provenance } from "../../schemas/Provenance.ts"
import type { InputRejected } from "../../schemas/Reason.ts"
import type { Settings } from "../../schemas/Settings.ts"
import { heldBack } from "../enhancement/HeldBack.ts"
import { Prices } from "../money/Prices.ts"
import { describeCall } from "../pipeline/CallDescription.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { Pipeline } from "../pipeline/Pipeline.ts"
import { reject } from "../pipeline/Reject.ts"
import { withCallUnder } from "../pipeline/WithCall.ts"
import { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import { type ChatPart, type ChatRequest, DeepSeek } from "../provider/deepseek/DeepSeek.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { Transport } from "../transport/Transport.ts"
import { KeyVault } from "../vault/KeyVault.ts"
import { ChatPlan, type PassOn } from "./ChatPlan.ts"

/** The longest a completion may take where its options do not say: DeepSeek itself gives up waiting after as long. */
const defaultDeadline = Duration.minutes(10)

/**
 * What is to be asked, under the settings of the call.
 *
 * **Errors** `InputRejected`: then nothing is asked.
 */
export type ChatAsk = (settings: Settings) => Effect.Effect<ChatRequest, typeof InputRejected.Type>

/** What is told besides the answer when it is whole: where it comes from, and what it cost. */
export interface ChatEnd {
  readonly _tag: "Settled"
  readonly callId: CallId
  readonly isSimulated: boolean
  readonly provenance: Provenance
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
  readonly stream: (ask: ChatAsk, options: CallOptions) => Stream.Stream<StreamedPart, CallFailure>
  /** The same when it is whole; an attempt that breaks off anywhere may be made again. */
  readonly whole: (ask: ChatAsk, options: CallOptions) => Effect.Effect<ReadonlyArray<StreamedPart>, CallFailure>
}

type Needs = Pipeline | DeepSeek | Prices | LiveSettings | DegradedModes | KeyVault | Transport

/** Makes it. What keeps an enhancement from being asked keeps these back too, and what they come to is told the modes. */
export const makeChatStreams: Effect.Effect<ChatStreams, never, Needs> = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  const deepSeek = yield* DeepSeek
  const prices = yield* Prices
  const liveSettings = yield* LiveSettings
  const modes = yield* DegradedModes
  const vault = yield* KeyVault
  const { isSimulated } = yield* Transport
  const clock = yield* Clock.Clock

  const runInCall = (
    request: ChatRequest,
    call: Call,
    deadline: Duration.Duration,
    collected: Array<ChatPart> | undefined,
    passOn: PassOn
  ): Effect.Effect<ReadonlyArray<StreamedPart>, CallFailure> => {
    const obstacle = heldBack(modes, vault, call)
    if (obstacle !== undefined) return Effect.fail(obstacle.failure)
    const { settings } = call.settings
    const parts = { request, settings: settings.deepseek, deepSeek, prices: prices.of(settings), clock, deadline }
    const plan = collected === undefined ? new ChatPlan({ ...parts, passOn }) : new WholeChatPlan(parts, collected)
    return Effect.matchEffect(pipeline.run(plan), {
      onSuccess: ({ answer, attempts, cost }) => {
        modes.chatSucceeded()
        const { callId } = call
        return Effect.succeed([answer, { _tag: "Settled", callId, isSimulated, provenance: live, attempts, cost }])
      },
      onFailure: (failure) => {
        modes.chatFailed(failure, call.settings)
        return Effect.fail(failure)
      }
    })
  }

  const run = (ask: ChatAsk, options: CallOptions, collected: Array<ChatPart> | undefined, passOn: PassOn) => {
    const deadline = options.deadline ?? defaultDeadline
    return withCallUnder(
      liveSettings,
      options,
      ({ deepseek }) => ({ deadline, attemptLimit: (deepseek.retryLimits.chat ?? deepseek.retryLimit) + 1 }),
      (call) =>
        Effect.matchEffect(ask(call.settings.settings), {
          onFailure: (rejected) => Effect.fail(reject(rejected, call.callId)),
          onSuccess: (request) => runInCall(request, call, deadline, collected, passOn)
        }),
      described
    )
  }

  return {
    stream: (ask, options) =>
      Stream.unwrap(
        Effect.gen(function* () {
          const queue = yield* Queue.bounded<ReadonlyArray<StreamedPart>, CallFailure | Cause.Done>(1)
          const passOn: PassOn = (parts) => Effect.asVoid(Queue.offer(queue, parts))
          const asked = Effect.matchCauseEffect(run(ask, options, undefined, passOn), {
            onFailure: (cause) => Queue.failCause(queue, cause),
            onSuccess: (end) => Effect.andThen(Queue.offer(queue, end), Queue.end(queue))
          })
          yield* Effect.forkScoped(asked, { startImmediately: true })
          return Stream.flatMap(Stream.fromQueue(queue), Stream.fromIterable)
        })
      ),
    whole: (ask, options) =>
      Effect.suspend(() => {
        const collected: Array<ChatPart> = []
        return Effect.map(
          run(ask, options, collected, () => Effect.void),
          (end) => [...collected, ...end]
        )
      })
  }
})

const described = describeCall<ReadonlyArray<StreamedPart>>("chat", (parts) => {
  const end = parts.at(-1)
  return end?._tag === "Settled"
    ? { provenance: end.provenance._tag, isSimulated: end.isSimulated, attempts: end.attempts, cost: end.cost }
    : {}
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
