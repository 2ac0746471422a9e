/**
 * A rate limiter and bulkhead for any effect, to be used alone: an exact sliding-window log over all tiers, priorities
 * that starve nobody, a bounded queue, and a predicted wait. The pipeline of the library uses the same waiting room.
 *
 * What it promises: no window of any tier, wherever it begins, holds more than its limit; no permit lies idle while
 * somebody could use it; whoever gives up while waiting changes nothing for the others.
 *
 * **Gotchas** It is exact within one process. Two limiters for one quota are two quotas: make one, and share it.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { Priority } from "../../../schemas/CallOptions.ts"
import { millisOf } from "../deadline/Deadline.ts"
import { makeTimeoutList } from "../deadline/TimeoutList.ts"
import {
  anything,
  countFrom,
  durationFrom,
  oneOf,
  optionProblems,
  type OptionRule,
  readMillis
} from "../OptionProblems.ts"
import { Admission } from "./Admission.ts"
import { admit } from "./Admit.ts"
import type { LaneOptions } from "./Lane.ts"
import type { TierUsage } from "./PermitStore.ts"
import { Accounting } from "../../../schemas/RateLimit.ts"
import { type RateTier, type TierProblem, tierProblems } from "./RateTier.ts"
import type { Refusal } from "./Refusal.ts"
import { rankOf } from "./WaitingQueue.ts"
import { WaitingRoom } from "./WaitingRoom.ts"
import { wakingBy } from "./WakingBy.ts"

/**
 * **Units** `limit` in permits for each `window`; `concurrency` in effects at once (default no limit); `queueLimit` in
 * callers who wait (default 1000); `agingStep` as in `WaitingQueue` (default 10 s). `accounting` default `answered`: the
 * window of a permit begins when its effect ends (after 2 s more if it was interrupted); `sent` begins it when the effect begins.
 */
export interface RateLimiterOptions {
  readonly limits: ReadonlyArray<{ readonly limit: number; readonly window: Duration.Input }>
  readonly concurrency?: number
  readonly accounting?: Accounting
  readonly queueLimit?: number
  readonly agingStep?: Duration.Input
}

/** **Units** `maximumWait` is the longest wait for a permit; default none. */
export interface PermitOptions {
  readonly priority?: Priority
  readonly maximumWait?: Duration.Input
}

/** What the limiter is doing. **Units** callers, permits. */
export interface RateLimiterUsage {
  readonly tiers: ReadonlyArray<TierUsage>
  readonly running: number
  readonly waiting: number
}

/**
 * The effect was not begun. `retryAfter` says when it is worth coming back, where that is known; `problems` are those of
 * the options of an `InputRejected`.
 */
export class RateLimitRefused extends Data.TaggedError("RateLimitRefused")<{
  readonly reason: "RateLimitExceeded" | "QueueFull" | "InputRejected"
  readonly retryAfter?: Duration.Duration
  readonly problems?: ReadonlyArray<TierProblem>
}> {
  override get message(): string {
    const when = this.retryAfter === undefined ? "" : `, not before ${Duration.format(this.retryAfter)} from now`
    const why = this.problems === undefined ? "" : ` (${this.problems.map(problemLine).join("; ")})`
    return `${this.reason}${why}${when}`
  }
}

/** The options make no limiter; every problem is listed. */
export class RateLimitsRejected extends Data.TaggedError("RateLimitsRejected")<{
  readonly problems: ReadonlyArray<TierProblem>
}> {
  override get message(): string {
    return this.problems.map(problemLine).join("\n")
  }
}

const problemLine = ({ expected, name, problem }: TierProblem): string => `${name}: ${problem}, expected ${expected}`

/**
 * The service.
 *
 * **Errors** `RateLimitRefused`: `QueueFull`, `RateLimitExceeded` when the predicted wait is longer than `maximumWait`,
 * at once on entry, or `InputRejected` for options of the call that can not be used. `RateLimitsRejected` for limits that make no sense; the old ones stay in force.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { makeRateLimiter } from "@ludeng/providers"
 *
 * const program = Effect.gen(function* () {
 *   const limiter = yield* makeRateLimiter({ limits: [{ limit: 2, window: "1 minute" }] })
 *   const call = limiter.run(Effect.succeed("done"), { maximumWait: "1 second" })
 *   yield* call
 *   yield* call
 *   return yield* Effect.flip(call)
 * })
 * const refused = await Effect.runPromise(Effect.scoped(program))
 * refused.reason // => "RateLimitExceeded"
 * ```
 */
export class RateLimiter extends Context.Service<
  RateLimiter,
  {
    /** Runs an effect with a permit and a slot; waits for them in the caller's fiber. */
    readonly run: <A, E, R>(
      effect: Effect.Effect<A, E, R>,
      options?: PermitOptions
    ) => Effect.Effect<A, E | RateLimitRefused, R>
    /** Takes other limits while callers wait. What was counted stays counted; a raised limit wakes waiters. */
    readonly setLimits: (limits: RateLimiterOptions["limits"]) => Effect.Effect<void, RateLimitsRejected>
    /** What is used, running and waiting. */
    readonly usage: Effect.Effect<RateLimiterUsage>
  }
>()("@ludeng/providers/policy/rate-limit/RateLimiter") {}

const optionRules: Readonly<Record<keyof RateLimiterOptions, OptionRule>> = {
  limits: anything,
  concurrency: countFrom(1, true),
  accounting: oneOf(Accounting.literals),
  queueLimit: countFrom(0, true),
  agingStep: durationFrom(1)
}

const permitRules: Readonly<Record<keyof PermitOptions, OptionRule>> = {
  priority: oneOf(Priority.literals),
  maximumWait: durationFrom(0)
}

const tiersOf = (limits: RateLimiterOptions["limits"]): ReadonlyArray<RateTier> | TierProblem =>
  Array.isArray(limits) && limits.every((it) => typeof it === "object" && it !== null)
    ? limits.map(({ limit, window }) => ({ limit, windowMillis: readMillis(window) ?? Number.NaN }))
    : { name: "limits", problem: "the value can not be used", expected: "a list of { limit, window }" }

const checkedTiers = (
  limits: RateLimiterOptions["limits"],
  others: ReadonlyArray<TierProblem> = []
): Effect.Effect<ReadonlyArray<RateTier>, RateLimitsRejected> =>
  Effect.suspend(() => {
    const tiers = tiersOf(limits)
    if ("problem" in tiers) return Effect.fail(new RateLimitsRejected({ problems: [tiers, ...others] }))
    const problems = [...tierProblems(tiers), ...others]
    return problems.length === 0 ? Effect.succeed(tiers) : Effect.fail(new RateLimitsRejected({ problems }))
  })

const noPermitOptions: PermitOptions = {}

const refusedBy = (refusal: Refusal): RateLimitRefused =>
  refusal._tag === "RateLimitExceeded" || refusal._tag === "QueueFull"
    ? new RateLimitRefused({ reason: refusal._tag, retryAfter: Duration.millis(refusal.retryAfterMillis) })
    : new RateLimitRefused({ reason: "RateLimitExceeded" })

/** Makes a limiter; its timer ends with the scope. **Errors** `RateLimitsRejected`. */
export const makeRateLimiter = (
  options: RateLimiterOptions
): Effect.Effect<RateLimiter["Service"], RateLimitsRejected, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const timeouts = yield* makeTimeoutList
    const now = () => millisOf(clock)
    const unusable = optionProblems(options, optionRules)
    const tiers = yield* checkedTiers(Object(options).limits, unusable)
    const agingStep = options.agingStep === undefined ? undefined : Duration.toMillis(options.agingStep)
    const room: WaitingRoom = new WaitingRoom(
      { concurrency: options.concurrency ?? Number.POSITIVE_INFINITY, keepsOne: false },
      { now, wakeAt: wakingBy(timeouts, () => room.drain()) },
      agingStep
    )
    const laneOptions: LaneOptions = {
      tiers,
      accounting: options.accounting ?? "answered",
      queueLimit: options.queueLimit ?? 1_000,
      use: "ordinary"
    }
    const lane = room.openLane(laneOptions)

    return RateLimiter.of({
      run: <A, E, R>(effect: Effect.Effect<A, E, R>, permitOptions: PermitOptions = noPermitOptions) =>
        Effect.uninterruptibleMask((restore) => {
          const problems = permitOptions === noPermitOptions ? [] : optionProblems(permitOptions, permitRules)
          if (problems.length > 0) return Effect.fail(new RateLimitRefused({ reason: "InputRejected", problems }))
          const { maximumWait, priority = "normal" } = permitOptions
          const at = now()
          const wish = {
            rank: rankOf(priority),
            enqueuedAt: Math.floor(at),
            deadlineAt: maximumWait === undefined ? Number.POSITIVE_INFINITY : at + Duration.toMillis(maximumWait),
            leaseMillis: Number.POSITIVE_INFINITY
          }
          return admit(
            { room, timeouts, lane, wish, restore },
            (admitted): Effect.Effect<A, E | RateLimitRefused, R> => {
              if (!(admitted instanceof Admission)) return Effect.fail(refusedBy(admitted))
              // Whoever is interrupted before his effect has begun gives the permit back.
              const begin = Effect.suspend(() => {
                admitted.onSend()
                return effect
              })
              return Effect.onExit(restore(begin), (exit) =>
                Effect.sync(() => {
                  // What was cut short may still arrive at the provider, whatever else went wrong with it.
                  if (Exit.isSuccess(exit) || !Cause.hasInterrupts(exit.cause)) admitted.onFirstByte()
                  admitted.end()
                })
              )
            }
          )
        }),
      setLimits: (limits) =>
        Effect.map(checkedTiers(limits), (tiers) => room.configureLane(lane, { ...lane.options, tiers })),
      usage: Effect.sync(() => ({
        tiers: lane.store.usage(Math.floor(now())),
        running: room.bulkhead.inUse,
        waiting: lane.queue.size
      }))
    })
  })
