/**
 * Makes equal enhancements at the same time one: one asks DeepSeek and keeps the answer, all get the text.
 *
 * Who began it asks: that call's id, owner, context and budget of attempts are those of the requests. Of those who are
 * there at the end the first pays: that call's result has the cost and the attempts. The others get the same text,
 * `Live`, with their own id, at no cost and without an attempt. Deadline and priority are the best of all who wait, at every moment. A failure is everybody's; a joiner is
 * told it under its own id, at no cost.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { Priority } from "../../schemas/CallOptions.ts"
import type { Enhancement } from "../../schemas/Enhancement.ts"
import { ApiError, type CallFailure, Rejection } from "../../schemas/Failures.ts"
import { noCost } from "../../schemas/Money.ts"
import { live } from "../../schemas/Provenance.ts"
import { toCached } from "../cache/CachedEnhancement.ts"
import type { CacheKey } from "../cache/CacheKey.ts"
import { ResponseCache } from "../cache/ResponseCache.ts"
import { type Flight, type JoinHooks, makeSingleFlight } from "../cache/SingleFlight.ts"
import { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import { type Call, CurrentCall } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import { recover } from "../policy/recovery/Recovery.ts"
import { emit } from "../telemetry/Emit.ts"
import { Transport } from "../transport/Transport.ts"
import type { AskDeepSeek } from "./AskDeepSeek.ts"
import type { CacheSaid, CacheTeller } from "./CacheTeller.ts"
import type { EnhancementWish } from "./EnhancementWish.ts"

/** Who asks: the fiber of a call, whose context the requests are made in. */
export type AskingFiber = Pick<Fiber.Fiber<unknown, unknown>, "context" | "getRef">

/** Enhances alone, or together with whoever wants the same. */
export interface LiveEnhancement {
  readonly alone: (wish: EnhancementWish) => Effect.Effect<Enhancement, CallFailure>
  /** Tells in the step of joining what the cache has said: `Joined`, or `said` where there was nobody to join. */
  readonly shared: (
    wish: EnhancementWish,
    key: CacheKey,
    fiber: AskingFiber,
    teller: CacheTeller,
    said: CacheSaid
  ) => Effect.Effect<Enhancement, CallFailure>
}

/** The first joiner's call, in a hurry and with time as all joiners together. */
class FlightCall implements Call {
  readonly callId: Call["callId"]
  readonly owner: Call["owner"]
  readonly fit: Call["fit"]
  readonly cache: Call["cache"]
  readonly accept: Call["accept"]
  readonly fallbackOnContentRejected: boolean
  readonly startedAt: number
  readonly settings: Call["settings"]
  readonly attempts: Call["attempts"]
  readonly spending: Call["spending"]
  readonly history: Call["history"]
  readonly summary: Call["summary"]
  readonly isNested = true
  readonly leaving: number
  readonly #flight: Flight

  constructor(call: Call, flight: Flight) {
    this.callId = call.callId
    this.owner = call.owner
    this.fit = call.fit
    this.cache = call.cache
    this.accept = call.accept
    this.fallbackOnContentRejected = call.fallbackOnContentRejected
    this.startedAt = call.startedAt
    this.settings = call.settings
    this.attempts = call.attempts
    this.spending = call.spending
    this.history = call.history
    this.summary = call.summary
    this.leaving = call.leaving ?? 0
    this.#flight = flight
  }

  get priority(): Priority {
    return this.#flight.priority
  }

  get deadlineAt(): number {
    return this.#flight.deadlineAt
  }

  onRaised(listener: () => void): () => void {
    return this.#flight.onRaised(listener)
  }
}

/** Makes it; what is under way ends with the scope. */
export const makeLiveEnhancement = (
  ask: AskDeepSeek
): Effect.Effect<LiveEnhancement, never, ResponseCache | AdmissionControl | Transport | Scope.Scope> =>
  Effect.gen(function* () {
    const cache = yield* ResponseCache
    const { isSimulated } = yield* Transport
    const { timeouts } = yield* AdmissionControl
    const flights = yield* makeSingleFlight<Enhancement, CallFailure>(timeouts)

    const enhance = (
      wish: EnhancementWish,
      call: Call,
      then: (enhancement: Enhancement, isFinal: boolean) => Effect.Effect<Enhancement>
    ) =>
      Effect.flatMap(ask(wish, call), ({ answer, attempts, cost, isFinal, shortened }) =>
        then(
          {
            callId: call.callId,
            prompt: answer.prompt,
            model: answer.model,
            provenance: live,
            isSimulated,
            shortened,
            cost,
            attempts
          },
          isFinal
        )
      )

    const keep = (key: CacheKey) => (enhancement: Enhancement, isFinal: boolean) => {
      const kept = isFinal ? toCached(enhancement) : undefined
      return kept === undefined ? Effect.succeed(enhancement) : Effect.as(cache.store(key, kept), enhancement)
    }

    return {
      alone: (wish) => enhance(wish, wish.call, Effect.succeed),
      shared: (wish, key, fiber, teller, said) => {
        const { call } = wish
        const share = new Share(call, teller)
        const begin = (flight: Flight): Effect.Effect<Enhancement, CallFailure> => {
          teller.tell(said)
          const flightCall = new FlightCall(call, flight)
          const context = Context.add(fiber.context, CurrentCall, flightCall)
          return Effect.updateContext(enhance(wish, flightCall, keep(key)), () => context)
        }
        return Effect.matchEffect(flights.join(key, call, begin, share), {
          onSuccess: (enhancement) => Effect.succeed(share.of(enhancement)),
          onFailure: (failure) => share.failWith(failure)
        })
      }
    }
  })

/** A call's part in a flight: what it hears while it waits, and what it gets of the end. */
class Share implements JoinHooks<CallFailure> {
  readonly #call: Call
  readonly #teller: CacheTeller
  #isPayer = false
  #isOverdue = false

  constructor(call: Call, teller: CacheTeller) {
    this.#call = call
    this.#teller = teller
  }

  onJoined(): void {
    this.#call.summary?.joined()
    this.#teller.tell("Joined")
  }

  onFirst(): void {
    this.#isPayer = true
  }

  overdue(): CallFailure {
    this.#isOverdue = true
    return overdue(this.#call)
  }

  of(enhancement: Enhancement): Enhancement {
    const { callId } = this.#call
    if (!this.#isPayer) return { ...enhancement, callId, cost: noCost, attempts: 0 }
    return enhancement.callId === callId ? enhancement : { ...enhancement, callId }
  }

  /** The pipeline tells of the call that began the flight; that others have waited in vain is told here. */
  failWith(failure: CallFailure): Effect.Effect<never, CallFailure> {
    const { callId, owner } = this.#call
    const own = this.#ofFailure(failure)
    if (own._tag === "Rejection" || (failure.callId === callId && !this.#isOverdue)) return Effect.fail(own)
    const { outcome, reason } = own
    return Effect.flatMap(Clock.currentTimeMillis, (at) =>
      Effect.andThen(
        emit({ _tag: "WaitEnded", callId, owner, at, drivenBy: failure.callId, reason, outcome }),
        Effect.fail(own)
      )
    )
  }

  #ofFailure(failure: CallFailure): CallFailure {
    const { callId } = this.#call
    if (failure.callId === callId) return failure
    if (failure._tag === "Rejection") return new Rejection({ ...failure, callId })
    return new ApiError(this.#isPayer ? { ...failure, callId } : { ...failure, callId, cost: noCost })
  }
}

/** The call's own deadline has passed, and what it waited for goes on for others. */
const overdue = (call: Call): CallFailure => {
  if (call.attempts.count === 0) return reject({ _tag: "DeadlineExceeded" }, call.callId)
  const reason = {
    _tag: "TimedOut",
    phase: "headers",
    limit: Duration.millis(call.deadlineAt - call.startedAt)
  } as const
  return new ApiError({
    provider: "deepseek",
    operation: "chat",
    callId: call.callId,
    attempts: call.attempts.count,
    outcome: "Unknown",
    reason,
    isRetryable: recover(reason, "metered", "Unknown").isRetryable,
    stoppedBy: "DeadlineExceeded"
  })
}
