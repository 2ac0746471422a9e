/**
 * Tells once how a call came to its end, well or badly: to whoever listens, and as one line in the log. Where nobody wants
 * to know, nothing is made of a success.
 */
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { CallEnd, CallEnded } from "../../schemas/CallEnded.ts"
import { ApiError, Rejection } from "../../schemas/Failures.ts"
import type { CallId, JobId, Owner } from "../../schemas/Identifiers.ts"
import type { Cost } from "../../schemas/Money.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import { isLogged } from "../telemetry/CallLog.ts"
import { listenerOf } from "../telemetry/CallRecorder.ts"
import { emit } from "../telemetry/Emit.ts"
import type { CallDescription, ResultFacts } from "./CallDescription.ts"
import { CallSummary } from "./CallSummary.ts"

/** Where a call runs. */
type CallFiber = Pick<Fiber.Fiber<unknown, unknown>, "getRef">

/** Whether a success is told to anybody. */
const isWanted = (fiber: CallFiber): boolean =>
  isLogged(fiber, "Info") || listenerOf(fiber, () => undefined) !== undefined

/** What the requests of a call are added up in; `undefined` where nobody wants to know of a success. */
export const summaryFor = (fiber: CallFiber): CallSummary | undefined =>
  isWanted(fiber) ? new CallSummary() : undefined

/** A call to be told of. **Units** `startedAt` in milliseconds of the monotonic clock. */
export interface ToldCall<A> {
  readonly description: CallDescription<A>
  readonly callId: CallId
  readonly owner: Owner
  readonly startedAt: number
  readonly attempts: { readonly count: number }
  readonly summary: CallSummary | undefined
}

const noFacts: ResultFacts = {}

type FailureFacts = { readonly attempts?: number; readonly cost?: Cost | undefined; readonly jobId?: JobId | undefined }

const factsOfFailure = ({ attempts, cost, jobId }: FailureFacts, begun: number): ResultFacts => ({
  attempts: Math.max(begun, attempts ?? 0),
  ...(cost === undefined ? {} : { cost }),
  ...(jobId === undefined ? {} : { jobId })
})

const endOf = <A, E>(
  exit: Exit.Exit<A, E>,
  { attempts, description }: ToldCall<A>
): { readonly end: CallEnd; readonly facts: ResultFacts } => {
  if (exit._tag === "Success") {
    const facts = description.factsOf(exit.value)
    const { isSimulated, provenance } = facts
    return {
      end: {
        _tag: "Succeeded",
        ...(provenance === undefined ? {} : { provenance }),
        ...(isSimulated === undefined ? {} : { isSimulated })
      },
      facts
    }
  }
  const failure = Cause.findErrorOption(exit.cause)
  if (failure._tag === "None") {
    return { end: { _tag: Cause.hasDies(exit.cause) ? "Died" : "Interrupted" }, facts: noFacts }
  }
  const error = failure.value
  if (error instanceof Rejection) {
    return { end: { _tag: "Refused", reason: error.reason }, facts: factsOfFailure(error, attempts.count) }
  }
  if (!(error instanceof ApiError)) return { end: { _tag: "Died" }, facts: noFacts }
  const { outcome, reason, stoppedBy } = error
  return {
    end: { _tag: "Failed", reason, outcome, ...(stoppedBy === undefined ? {} : { stoppedBy }) },
    facts: factsOfFailure(error, attempts.count)
  }
}

const eventOf = <A, E>(exit: Exit.Exit<A, E>, call: ToldCall<A>, clock: Clock.Clock): CallEnded => {
  const { end, facts } = endOf(exit, call)
  const total = Math.max(0, millisOf(clock) - call.startedAt)
  const { cost, jobId } = facts
  return {
    _tag: "CallEnded",
    callId: call.callId,
    owner: call.owner,
    at: clock.currentTimeMillisUnsafe(),
    method: call.description.method,
    end,
    requests: call.summary?.requests ?? [],
    attempts: facts.attempts ?? call.attempts.count,
    ...(cost === undefined ? {} : { cost }),
    ...(jobId === undefined ? {} : { jobId }),
    sums: call.summary?.sums(total) ?? { total }
  }
}

/** The call, told of when it ends. `fiber` is the one it was made in. */
export const tellingEnd = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  call: ToldCall<A>,
  fiber: CallFiber,
  clock: Clock.Clock
): Effect.Effect<A, E, R> =>
  Effect.onExitPrimitive(effect, (exit) => {
    if (exit._tag === "Success" && call.summary === undefined) return undefined
    const event = eventOf(exit, call, clock)
    if (event.end._tag === "Refused") {
      const { at, callId, end, owner } = event
      listenerOf(fiber, () => undefined)?.({ _tag: "CallRejected", callId, owner, at, reason: end.reason }, undefined)
    }
    if (exit._tag !== "Success" || isLogged(fiber, "Info")) return emit(event)
    listenerOf(fiber, () => undefined)?.(event, undefined)
    return undefined
  })
