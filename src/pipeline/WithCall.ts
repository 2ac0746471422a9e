/**
 * Begins a call: checks its options, fixes its deadline and its settings version, and makes both known to everything
 * inside. A call inside a call inherits the outer one's id, owner, priority, settings and count of attempts, and never
 * outlives its deadline.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { CallOptions } from "../../schemas/CallOptions.ts"
import { Rejection } from "../../schemas/Failures.ts"
import { defaultOwner, type Owner } from "../../schemas/Identifiers.ts"
import { InputRejected } from "../../schemas/Reason.ts"
import { longestDeadline, type Settings } from "../../schemas/Settings.ts"
import { validateInput } from "../input/Validate.ts"
import { monotonicMillis } from "../policy/deadline/Deadline.ts"
import { emit } from "../telemetry/Emit.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { AttemptBudget } from "./AttemptBudget.ts"
import { makeCallId } from "./CallId.ts"
import { type Call, CurrentCall } from "./CurrentCall.ts"
import { reject } from "./Reject.ts"

const checkOptions = (options: unknown): Result.Result<CallOptions, typeof InputRejected.Type> =>
  Result.flatMap(validateInput(CallOptions, options, "options"), checkDeadline)

const checkDeadline = (options: CallOptions): Result.Result<CallOptions, typeof InputRejected.Type> => {
  const deadline = options.deadline
  if (
    deadline === undefined ||
    (Duration.isGreaterThan(deadline, Duration.zero) && Duration.isLessThanOrEqualTo(deadline, longestDeadline))
  ) {
    return Result.succeed(options)
  }
  return Result.fail(
    InputRejected.make({
      field: "options.deadline",
      problem: `is ${Duration.format(deadline)}`,
      expected: "more than nothing and at most one day"
    })
  )
}

/** A refused call is told once, where the outermost call ends; a failed one by whoever saw it fail. */
const tellRejection = <A, E, R>(effect: Effect.Effect<A, E, R>, owner: Owner): Effect.Effect<A, E, R> =>
  Effect.tapError(effect, (failure) =>
    failure instanceof Rejection
      ? Effect.flatMap(Clock.currentTimeMillis, (at) =>
          emit({ _tag: "CallRejected", callId: failure.callId, owner, at, reason: failure.reason })
        )
      : Effect.void
  )

/** What a call may take where its options do not say. **Units** `attemptLimit` in requests that may cost something. */
export interface CallDefaults {
  readonly deadline: Duration.Duration
  readonly attemptLimit: number
}

/**
 * Runs `body` as a call, or inside the call that is running.
 *
 * **Errors** `Rejection` with `InputRejected` when an option is not what it must be; whatever `body` fails with.
 */
export const withCall = <A, E, R>(
  options: CallOptions,
  defaults: (settings: Settings) => CallDefaults,
  body: (call: Call) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | Rejection, R | LiveSettings> =>
  Effect.gen(function* () {
    const outer = yield* CurrentCall
    const callId = outer?.callId ?? (yield* makeCallId)
    const checked = checkOptions(options)
    if (Result.isFailure(checked)) {
      return yield* tellRejection(Effect.fail(reject(checked.failure, callId)), outer?.owner ?? defaultOwner)
    }
    const own = checked.success
    const settings = outer?.settings ?? (yield* (yield* LiveSettings).current)
    const startedAt = yield* monotonicMillis
    const { attemptLimit, deadline } = defaults(settings.settings)
    const ownDeadlineAt = startedAt + Duration.toMillis(own.deadline ?? deadline)
    const call: Call = {
      callId,
      owner: own.owner ?? outer?.owner ?? defaultOwner,
      priority: own.priority ?? outer?.priority ?? "normal",
      fit: own.fit ?? outer?.fit ?? "nearest",
      startedAt,
      deadlineAt: Math.min(ownDeadlineAt, outer?.deadlineAt ?? Number.POSITIVE_INFINITY),
      settings,
      attempts: new AttemptBudget(own.attemptLimit ?? attemptLimit, outer?.attempts),
      cache: own.cache ?? outer?.cache,
      accept: own.accept ?? outer?.accept,
      fallbackOnContentRejected: own.fallbackOnContentRejected ?? outer?.fallbackOnContentRejected ?? false,
      ...(outer?.origin === undefined ? {} : { origin: outer.origin })
    }
    const inside = Effect.provideService(body(call), CurrentCall, call)
    return yield* outer === undefined ? tellRejection(inside, call.owner) : inside
  })
