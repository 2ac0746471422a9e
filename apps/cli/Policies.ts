/**
 * What the policies decided for a run, as `--json` prints it: how long a request waited and what for, how often it was
 * sent, how its circuit stood, whether the cache answered, what stood in. A pure fold of the library's events.
 */
import * as Duration from "effect/Duration"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import { isKeyEvent } from "../../schemas/KeyEvent.ts"
import type { Provenance } from "../../schemas/Provenance.ts"
import type { Operation } from "../../schemas/Provider.ts"
import { tierText } from "./Text.ts"

type EventOf<T extends CallEvent["_tag"]> = Extract<CallEvent, { readonly _tag: T }>

/**
 * What was decided for the requests of one operation.
 *
 * **Units** whole milliseconds, of all its requests together: `waitMillis` at the door, `backoffMillis` between attempts.
 * `heldBackBy` and `tier` are of the longest
 * wait, `null` where nothing was waited for. `circuit` is its state as last seen, `null` where nothing was seen of it.
 */
export interface OperationPolicies {
  readonly attempts: number
  readonly retries: number
  readonly waitMillis: number
  readonly backoffMillis: number
  readonly heldBackBy: string | null
  readonly tier: string | null
  readonly circuit: string | null
}

/**
 * What was decided for a run.
 *
 * **Units** counts of requests, and whole milliseconds, over all operations. `cache` is `null` where the cache was not
 * asked; `modes` are the degraded modes that were entered, in order.
 */
export interface Policies {
  readonly attempts: number
  readonly retries: number
  readonly waitMillis: number
  readonly backoffMillis: number
  readonly cache: EventOf<"CacheAnswered">["answer"] | null
  readonly fallbacks: ReadonlyArray<Pick<EventOf<"FellBack">, "to" | "reason">>
  readonly modes: ReadonlyArray<string>
  readonly operations: { readonly [O in Operation]?: OperationPolicies }
}

/**
 * Policies, and what is needed to go on with them. `enhanced` is where the rewritten prompt came from, as far as the
 * events say: that of a run which fails afterwards is known from nothing else.
 */
export interface PolicyTrail {
  readonly policies: Policies
  readonly enhanced: Provenance["_tag"] | null
  readonly longestWaits: { readonly [O in Operation]?: number }
}

/** Before the first event. */
export const noPolicies: PolicyTrail = {
  policies: {
    attempts: 0,
    retries: 0,
    waitMillis: 0,
    backoffMillis: 0,
    cache: null,
    fallbacks: [],
    modes: [],
    operations: {}
  },
  enhanced: null,
  longestWaits: {}
}

const untouched: OperationPolicies = {
  attempts: 0,
  retries: 0,
  waitMillis: 0,
  backoffMillis: 0,
  heldBackBy: null,
  tier: null,
  circuit: null
}

/** What a prompt is that stands in; the others stand in for pictures. */
const enhancedBy: { readonly [T in EventOf<"FellBack">["to"]]?: Provenance["_tag"] } = {
  StaleAnswer: "Stale",
  LocalTemplate: "Degraded",
  RawPrompt: "Degraded"
}

/** The trail after an event. Pure. */
export const decided = (trail: PolicyTrail, event: CallEvent): PolicyTrail => {
  const { policies } = trail
  if (isKeyEvent(event)) return trail
  switch (event._tag) {
    case "CallStarted":
      return withOperation(trail, event.operation, (it) => it)
    case "AttemptStarted":
      return afterAttempt(trail, event)
    case "RetryScheduled":
      return afterBackOff(trail, event)
    case "CircuitMoved":
      // A second account has circuits of its own, and no operation apart in this report.
      return event.scope === "nanobanana-fallback" || policies.operations[event.operation] === undefined
        ? trail
        : withOperation(trail, event.operation, (it) => ({ ...it, circuit: event.to }))
    case "CacheAnswered":
      return {
        ...trail,
        enhanced: event.answer === "Fresh" ? "Cached" : trail.enhanced,
        policies: { ...policies, cache: event.answer }
      }
    case "CallSucceeded":
      return event.operation === "chat" ? { ...trail, enhanced: "Live" } : trail
    case "FellBack":
      return {
        ...trail,
        enhanced: enhancedBy[event.to] ?? trail.enhanced,
        policies: { ...policies, fallbacks: [...policies.fallbacks, { to: event.to, reason: event.reason }] }
      }
    case "ModeChanged":
      return event.to === "Normal"
        ? trail
        : { ...trail, policies: { ...policies, modes: [...policies.modes, event.to] } }
    case "AttemptSucceeded":
    case "CallEnded":
    case "AttemptInterrupted":
    case "CallInterrupted":
    case "WaitEnded":
    case "AuditDropped":
    case "SettingsChanged":
    case "SettingsRefused":
    case "AttemptFailed":
    case "CallFailed":
    case "CallRejected":
    case "RoomPaused":
    case "DefectCaught":
    case "JobMoved":
    case "RetriedByHand":
    case "VaultTrouble":
    case "TokenAdded":
    case "TokenRevoked":
      return trail
  }
}

const withOperation = (
  trail: PolicyTrail,
  operation: Operation,
  change: (before: OperationPolicies) => OperationPolicies
): PolicyTrail => {
  const { operations } = trail.policies
  const changed = change(operations[operation] ?? untouched)
  return { ...trail, policies: { ...trail.policies, operations: { ...operations, [operation]: changed } } }
}

const afterBackOff = (trail: PolicyTrail, { delay, operation }: EventOf<"RetryScheduled">): PolicyTrail => {
  const millis = Math.round(Duration.toMillis(delay))
  const { policies } = trail
  const counted = { ...trail, policies: { ...policies, backoffMillis: policies.backoffMillis + millis } }
  return withOperation(counted, operation, (it) => ({ ...it, backoffMillis: it.backoffMillis + millis }))
}

const afterAttempt = (trail: PolicyTrail, event: EventOf<"AttemptStarted">): PolicyTrail => {
  const { admission, attempt, operation } = event
  const { policies } = trail
  const waitMillis = Math.round(Duration.toMillis(admission.waited))
  const retries = attempt > 1 ? 1 : 0
  const isLongest = admission.heldBackBy !== undefined && waitMillis >= (trail.longestWaits[operation] ?? 0)
  const counted: PolicyTrail = {
    ...trail,
    longestWaits: isLongest ? { ...trail.longestWaits, [operation]: waitMillis } : trail.longestWaits,
    policies: {
      ...policies,
      attempts: policies.attempts + 1,
      retries: policies.retries + retries,
      waitMillis: policies.waitMillis + waitMillis
    }
  }
  return withOperation(counted, operation, (before) => ({
    ...before,
    attempts: before.attempts + 1,
    retries: before.retries + retries,
    waitMillis: before.waitMillis + waitMillis,
    heldBackBy: isLongest ? (admission.heldBackBy ?? null) : before.heldBackBy,
    tier: isLongest ? (admission.tier === undefined ? null : tierText(admission.tier)) : before.tier,
    circuit: admission.circuit
  }))
}
