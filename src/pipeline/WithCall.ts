/**
 * Begins a call: checks its options, fixes its deadline and its settings version, and makes both known to everything
 * inside. A call inside a call inherits the outer one's id, owner, priority, settings and count of attempts, and never
 * outlives its deadline.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import { CallOptions } from "../../schemas/CallOptions.ts"
import { Rejection } from "../../schemas/Failures.ts"
import { type CallId, defaultOwner, type Owner } from "../../schemas/Identifiers.ts"
import type { InputRejected } from "../../schemas/Reason.ts"
import type { Settings, SettingsVersion } from "../../schemas/Settings.ts"
import { isPlainObject } from "../input/Sanitize.ts"
import { validateInput } from "../input/Validate.ts"
import { CallHistory } from "../dead-letter/CallHistory.ts"
import { CallSpending } from "../money/CallSpending.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import { emit } from "../telemetry/Emit.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { AttemptBudget } from "./AttemptBudget.ts"
import { callIdOf } from "./CallId.ts"
import type { CallDescription } from "./CallDescription.ts"
import type { CallSummary } from "./CallSummary.ts"
import { type Call, CurrentCall } from "./CurrentCall.ts"
import { reject } from "./Reject.ts"
import { summaryFor, tellingEnd } from "./TellCallEnded.ts"

const noOptions: Result.Result<CallOptions, never> = Result.succeed({})

const checkOptions = (options: unknown): Result.Result<CallOptions, typeof InputRejected.Type> =>
  isPlainObject(options) && Object.keys(options).length === 0
    ? noOptions
    : validateInput(CallOptions, options, "options")

/** A refused call that is not described is told once, where the outermost call ends. */
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
 * Runs `body` as a call, or inside the call that is running. A call with a `description` that is nobody else's is told of
 * once when it ends, whatever it came to: by one event (`CallEnded`), and one line in the log.
 *
 * **Errors** `Rejection` with `InputRejected` when an option is not what it must be; whatever `body` fails with.
 */
export const withCall = <A, E, R>(
  options: CallOptions,
  defaults: (settings: Settings) => CallDefaults,
  body: (call: Call) => Effect.Effect<A, E, R>,
  description?: CallDescription<A>
): Effect.Effect<A, E | Rejection, R | LiveSettings> =>
  Effect.flatMap(LiveSettings, (liveSettings) => withCallUnder(liveSettings, options, defaults, body, description))

/** The same for a service that holds the settings itself. */
export const withCallUnder = <A, E, R>(
  liveSettings: LiveSettings["Service"],
  options: CallOptions,
  defaults: (settings: Settings) => CallDefaults,
  body: (call: Call) => Effect.Effect<A, E, R>,
  description?: CallDescription<A>
): Effect.Effect<A, E | Rejection, R> =>
  Effect.withFiber((fiber): Effect.Effect<A, E | Rejection, R> => {
    const outer = fiber.getRef(CurrentCall)
    const clock = fiber.getRef(Clock.Clock)
    const callId = outer?.callId ?? callIdOf(clock, fiber.getRef(Random.Random))
    const checked = checkOptions(options)
    if (Result.isFailure(checked)) {
      const refused = Effect.fail(reject(checked.failure, callId))
      const owner = outer?.owner ?? defaultOwner
      if (outer !== undefined || description === undefined) return tellRejection(refused, owner)
      const told = { description, callId, owner, startedAt: millisOf(clock), attempts: noAttempts, summary: undefined }
      return tellingEnd(refused, told, fiber, clock)
    }
    const begin = (settings: SettingsVersion): Effect.Effect<A, E, R> => {
      const summary = outer === undefined && description !== undefined ? summaryFor(fiber) : outer?.summary
      const bounds = defaults(settings.settings)
      const call = new BegunCall(checked.success, callId, bounds, settings, millisOf(clock), outer, summary)
      const inside = Effect.provideService(body(call), CurrentCall, call)
      if (outer !== undefined) return inside
      if (description === undefined) return Effect.annotateLogs(tellRejection(inside, call.owner), { callId })
      const { attempts, owner, startedAt } = call
      const told = { description, callId, owner, startedAt, attempts, summary }
      return Effect.annotateLogs(tellingEnd(inside, told, fiber, clock), { callId })
    }
    return outer === undefined ? Effect.flatMap(liveSettings.current, begin) : begin(outer.settings)
  })

const noAttempts = { count: 0 }

/** A call: what its own options say, else what it inherits, else the default. */
class BegunCall implements Call {
  readonly callId: CallId
  readonly owner: Owner
  readonly priority: Call["priority"]
  readonly fit: Call["fit"]
  readonly startedAt: number
  readonly deadlineAt: number
  readonly settings: SettingsVersion
  readonly attempts: AttemptBudget
  readonly spending: CallSpending
  readonly history: CallHistory
  readonly isNested: boolean
  readonly summary: CallSummary | undefined
  readonly cache: Call["cache"]
  readonly accept: Call["accept"]
  readonly fallbackOnContentRejected: boolean
  readonly leaving: Call["leaving"]
  readonly origin: Call["origin"]

  constructor(
    own: CallOptions,
    callId: CallId,
    defaults: CallDefaults,
    settings: SettingsVersion,
    startedAt: number,
    outer: Call | undefined,
    summary: CallSummary | undefined
  ) {
    const ownDeadlineAt = startedAt + Duration.toMillis(own.deadline ?? defaults.deadline)
    this.callId = callId
    this.owner = own.owner ?? outer?.owner ?? defaultOwner
    this.priority = own.priority ?? outer?.priority ?? "normal"
    this.fit = own.fit ?? outer?.fit ?? "nearest"
    this.startedAt = startedAt
    this.deadlineAt = outer === undefined ? ownDeadlineAt : Math.min(ownDeadlineAt, outer.deadlineAt)
    this.settings = settings
    this.attempts = new AttemptBudget(own.attemptLimit ?? defaults.attemptLimit, outer?.attempts)
    this.spending = outer?.spending ?? new CallSpending()
    this.history = outer?.history ?? new CallHistory()
    this.isNested = outer !== undefined
    this.summary = summary
    this.cache = own.cache ?? outer?.cache
    this.accept = own.accept ?? outer?.accept
    this.fallbackOnContentRejected = own.fallbackOnContentRejected ?? outer?.fallbackOnContentRejected ?? false
    this.leaving = outer?.leaving
    this.origin = outer?.origin
  }
}
