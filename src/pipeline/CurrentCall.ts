/**
 * What everything inside one call shares: its id, owner, priority, one deadline, one settings version, one count of
 * attempts. It is a context value: whatever is nested inherits it.
 */
import * as Context from "effect/Context"
import type { AcceptedProvenance, CacheUse, Fit, Priority } from "../../schemas/CallOptions.ts"
import type { CallId, Owner } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"
import type { SettingsVersion } from "../../schemas/Settings.ts"
import type { CallHistory } from "../dead-letter/CallHistory.ts"
import type { CallSpending } from "../money/CallSpending.ts"
import type { AttemptBudget } from "./AttemptBudget.ts"
import type { CallSummary } from "./CallSummary.ts"

/** The hash of the whole request, and where its prompt comes from. */
export type JobOrigin = Pick<Job, "requestHash" | "enhanced">

/** **Units** `startedAt` and `deadlineAt` in milliseconds of the monotonic clock (`monotonicMillis`). */
export interface Call {
  readonly callId: CallId
  readonly owner: Owner
  readonly priority: Priority
  readonly fit: Fit
  readonly cache: CacheUse | undefined
  readonly accept: ReadonlyArray<AcceptedProvenance> | undefined
  readonly fallbackOnContentRejected: boolean
  readonly startedAt: number
  /** The place in the queue at a door, where it was taken before: a queued job keeps the one it first came to. */
  readonly enqueuedAt?: number
  readonly deadlineAt: number
  readonly settings: SettingsVersion
  /** Counts the attempts begun by everything in the call, and bounds those that may cost something. */
  readonly attempts: AttemptBudget
  /** The failed attempts of everything in the call. */
  readonly history: CallHistory
  /** Whether it runs inside another call, which answers for what becomes of it. */
  readonly isNested: boolean
  /** Adds up what the requests of the whole call took, where anybody wants to know. */
  readonly summary?: CallSummary | undefined
  /** Counts what the whole call has committed, for the budget of a call. */
  readonly spending: CallSpending
  /** What must be left of every budget, for what the whole call is to pay afterwards. **Units** micro-dollars. */
  readonly leaving?: number | undefined
  /** Whose call grows while it runs (a flight that others join) says so here; `priority` and `deadlineAt` then differ. */
  readonly onRaised?: (listener: () => void) => () => void
  /** What an image job of this call is made for, where that is more than its own request. */
  readonly origin?: JobOrigin | undefined
}

/** The call that is running, or `undefined` outside of any. */
export const CurrentCall = Context.Reference<Call | undefined>("@ludeng/providers/pipeline/CurrentCall", {
  defaultValue: () => undefined
})
