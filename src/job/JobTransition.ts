/**
 * What an event makes of a job and of its money: one pure, total function, the state machine of `schemas/Job.ts`.
 * Ledgers apply it; whether an event is to be applied is decided by the image generator and by people.
 *
 * ```text
 * event               taken in                       leads to              money (price, or bound where nobody knows)
 * (entry)             -                              Queued                hold, by the ledger
 * SendIntended        Queued                         Submitting            keep
 * ProvenUnprocessed   Queued, Submitting  retry      Queued                keep
 *                                         no retry   Failed                release
 * HeldBack            Queued                         Queued, and why       keep
 * Rerouted            Queued                         Queued, other plan    keep: the hold covers both accounts
 * Accepted            Queued, Submitting, Unknown    Submitted             keep
 * AnswerLost          Submitting                     Unknown               keep
 * Progressed          Submitted, Unknown+id          Running               keep
 * ImageStored         Submitted, Running, Unknown+id Stored                settle at the price
 * ProviderFailed      Submitted, Running, Unknown+id Failed                charged ? settle at the price : release
 * ProviderCancelled   Submitted, Running, Unknown+id Cancelled             charged ? settle at the price : release
 * ResultGone          Submitted, Running, Unknown+id Expired               settle at the price
 * CancelRequested     Queued                         Cancelled             release
 * QueueExpired        Queued                         Failed                release
 * JobExpired          Submitted, Running             Unknown, id kept      keep: no hold is released by time
 * ResolvedCharged     Unknown                        Submitted             keep
 * ResolvedNotCharged  Unknown                        Failed                release
 * LossAccepted        Unknown, Expired               Expired               settle at the bound, if not settled before
 * ```
 *
 * Unknown is `OutcomeUnknown`, `+id` with the provider's id. Everything else is refused and changes nothing. Evidence
 * that is already known (the same id, the same bytes) succeeds and changes nothing; another id, other bytes are refused.
 */
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import type { ProviderJobId } from "../../schemas/Identifiers.ts"
import { type HeldBack, type Job, type JobEvent, type JobState, providerJobIdOf } from "../../schemas/Job.ts"
import { type Cost, unknownCost } from "../../schemas/Money.ts"
import type { MoneyMove } from "../money/CostLedger.ts"

/**
 * The state does not allow the event; or, with `isHeldElsewhere`, somebody else holds the job and decides about it; or,
 * with `isOfAnotherJob`, the provider's id that a person gave is that of another job of the ledger.
 */
export interface TransitionRefused {
  readonly _tag: "TransitionRefused"
  readonly state: Job["state"]["_tag"]
  readonly event: JobEvent["_tag"]
  readonly isHeldElsewhere?: true
  readonly isOfAnotherJob?: true
}

/** The refusal of an event, and why where it is not the state. */
export const refusedAs = (
  job: Job,
  event: JobEvent,
  because: Pick<TransitionRefused, "isHeldElsewhere" | "isOfAnotherJob"> = {}
): TransitionRefused => ({ _tag: "TransitionRefused", state: job.state._tag, event: event._tag, ...because })

/** The job after the event, and the move of money that belongs to it. */
export interface Transition {
  readonly job: Job
  readonly move: MoneyMove
}

/** The type of `transition`. **Units** `now` in milliseconds since 1970. */
export type Transit = (job: Job, event: JobEvent, now: number) => Result.Result<Transition, TransitionRefused>

/**
 * Applies an event to a job.
 *
 * **Details** `job` itself (the same object) comes back where nothing changed. A late id is taken even in `Queued`: the
 * picture is paid for, so the job must not be sent again. `ProvenUnprocessed` without retry is taken in `Queued` too:
 * that is how a job ends of which the last attempt was refused. Money moves at most once: what is settled or released
 * stays so.
 *
 * **Errors** `TransitionRefused` where the table above has no row: reload the job and decide anew.
 */
export const transition: Transit = (job, event, now) => {
  const next = nextState(job, event, now)
  if (next === undefined) return Result.fail(refusedAs(job, event))
  const move = once(job, moveOf(job, event))
  if (next === job.state && move._tag === "Keep") return Result.succeed({ job, move })
  const attempts = event._tag === "SendIntended" ? job.attempts + 1 : job.attempts
  const routed = event._tag === "Rerouted" ? rerouted(job, event) : job
  return Result.succeed({
    job: { ...routed, state: next, money: moneyAfter(job, move), attempts, updatedAt: now },
    move
  })
}

const rerouted = (
  { standIn: _, ...job }: Job,
  { plan, price, standIn }: Extract<JobEvent, { readonly _tag: "Rerouted" }>
): Job => ({ ...job, plan, price, ...(standIn === undefined ? {} : { standIn }) })

const nextState = (job: Job, event: JobEvent, now: number): JobState | undefined => {
  const { state } = job
  const known = providerJobIdOf(state)
  switch (event._tag) {
    case "SendIntended":
      return state._tag === "Queued" ? { _tag: "Submitting", attempt: event.attempt } : undefined
    case "ProvenUnprocessed":
      if (state._tag !== "Queued" && state._tag !== "Submitting") return undefined
      if (!event.retry) return { _tag: "Failed", reason: event.reason }
      if (event.until !== undefined) return queuedUntil(state, event.reason._tag, event.until)
      return state._tag === "Queued" ? state : { _tag: "Queued" }
    case "HeldBack":
      return state._tag === "Queued" ? queuedUntil(state, event.reason, event.until) : undefined
    case "Rerouted":
      // A state of its own even where nothing of it changes: the plan does.
      return state._tag === "Queued" ? { ...state } : undefined
    case "Accepted":
      return accepted(state, event.providerJobId, now)
    case "AnswerLost":
      return state._tag === "Submitting" ? { _tag: "OutcomeUnknown", since: now } : undefined
    case "Progressed":
      return progressed(state, now)
    case "ImageStored":
      if (state._tag === "Stored") return state.image.sha256 === event.image.sha256 ? state : undefined
      return isAnswerable(state)
        ? { _tag: "Stored", providerJobId: state.providerJobId, image: event.image }
        : undefined
    case "ProviderFailed":
      return isAnswerable(state)
        ? { _tag: "Failed", reason: event.reason, providerJobId: state.providerJobId }
        : undefined
    case "ProviderCancelled":
      return isAnswerable(state) ? { _tag: "Cancelled", providerJobId: state.providerJobId } : undefined
    case "ResultGone":
      return isAnswerable(state) ? { _tag: "Expired", providerJobId: state.providerJobId } : undefined
    case "CancelRequested":
      return state._tag === "Queued" ? { _tag: "Cancelled" } : undefined
    case "QueueExpired":
      return state._tag === "Queued" ? { _tag: "Failed", reason: waitedInVain(job, now) } : undefined
    case "JobExpired":
      return state._tag === "Submitted" || state._tag === "Running"
        ? { _tag: "OutcomeUnknown", since: now, providerJobId: state.providerJobId }
        : undefined
    case "ResolvedCharged":
      return state._tag === "OutcomeUnknown" ? accepted(state, event.providerJobId, now) : undefined
    case "ResolvedNotCharged":
      return state._tag === "OutcomeUnknown"
        ? { _tag: "Failed", reason: { _tag: "OutcomeUnknown" }, ...idField(known) }
        : undefined
    case "LossAccepted":
      if (state._tag === "Expired") return state
      return state._tag === "OutcomeUnknown" ? { _tag: "Expired", ...idField(known) } : undefined
  }
}

const moveOf = (job: Job, event: JobEvent): MoneyMove => {
  switch (event._tag) {
    case "SendIntended":
    case "HeldBack":
    case "Rerouted":
    case "Accepted":
    case "AnswerLost":
    case "Progressed":
    case "JobExpired":
    case "ResolvedCharged":
      return { _tag: "Keep" }
    case "ProvenUnprocessed":
      return { _tag: event.retry ? "Keep" : "Release" }
    case "ImageStored":
    case "ResultGone":
      return { _tag: "Settle", cost: job.price }
    case "ProviderFailed":
    case "ProviderCancelled":
      return event.isCharged ? { _tag: "Settle", cost: job.price } : { _tag: "Release" }
    case "CancelRequested":
    case "QueueExpired":
    case "ResolvedNotCharged":
      return { _tag: "Release" }
    case "LossAccepted":
      return { _tag: "Settle", cost: boundOf(job) }
  }
}

/** What is settled or released stays so, whatever the state. */
const once = (job: Job, move: MoneyMove): MoneyMove =>
  job.money._tag === "Settled" || job.money._tag === "Released" ? { _tag: "Keep" } : move

const moneyAfter = (job: Job, move: MoneyMove): Job["money"] => {
  switch (move._tag) {
    case "Keep":
      return job.money
    case "Settle":
      return { _tag: "Settled", cost: move.cost }
    case "Release":
      return { _tag: "Released" }
  }
}

const boundOf = (job: Job): Cost =>
  job.money._tag !== "Held" || job.money.bound === null
    ? unknownCost
    : { usdMicros: job.money.bound, basis: "estimated" }

type Answerable = JobState & { readonly providerJobId: ProviderJobId }

/** The provider can be asked about the job, and its final word is awaited. */
const isAnswerable = (state: JobState): state is Answerable =>
  (state._tag === "Submitted" || state._tag === "Running" || state._tag === "OutcomeUnknown") &&
  state.providerJobId !== undefined

const accepted = (state: JobState, providerJobId: ProviderJobId, now: number): JobState | undefined => {
  const known = providerJobIdOf(state)
  if (known !== undefined && known !== providerJobId) return undefined
  if (state._tag === "Queued" || state._tag === "Submitting" || state._tag === "OutcomeUnknown") {
    return { _tag: "Submitted", providerJobId, submittedAt: now }
  }
  return known === undefined ? undefined : state
}

const queuedUntil = (state: JobState, reason: HeldBack["reason"], until: number): JobState =>
  state._tag === "Queued" && state.heldBack?.reason === reason && state.heldBack.until === until
    ? state
    : { _tag: "Queued", heldBack: { reason, until } }

const progressed = (state: JobState, now: number): JobState | undefined => {
  if (state._tag === "Running") return state
  if (!isAnswerable(state)) return undefined
  const submittedAt = state._tag === "Submitted" ? state.submittedAt : now
  return { _tag: "Running", providerJobId: state.providerJobId, submittedAt }
}

const waitedInVain = (job: Job, now: number) =>
  ({ _tag: "GenerationTimedOut", waited: Duration.millis(Math.max(0, now - job.createdAt)) }) as const

const idField = (providerJobId: ProviderJobId | undefined): { readonly providerJobId?: ProviderJobId } =>
  providerJobId === undefined ? {} : { providerJobId }
