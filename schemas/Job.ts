/**
 * An image job: the row that stands between a paid request and a lost picture.
 *
 * ```text
 * Queued -> Submitting -> Submitted -> Running -> Stored
 *   ^           |             \           |
 *   +- refused -+              \          +-> Failed | Cancelled | Expired
 *               +-> OutcomeUnknown (held: only evidence or a person moves it)
 * ```
 *
 * Which event leads where, and what it means for the money, is decided in `src/job/JobTransition.ts`.
 */
import * as Schema from "effect/Schema"
import { AcceptedProvenance, Priority } from "./CallOptions.ts"
import { Enhancement } from "./Enhancement.ts"
import { CallId, IdempotencyKey, JobId, Owner, ProviderJobId } from "./Identifiers.ts"
import { ImagePlan, ImageRequest, StoredImage } from "./Image.ts"
import { Cost, UsdMicros } from "./Money.ts"
import { ApiReason, ReasonTag, RejectionReason } from "./Reason.ts"

const Instant = Schema.Int.annotate({ expected: "milliseconds since 1970" })

/** Why nothing was processed: the provider's refusal, or ours at the door. */
export const UnprocessedReason = Schema.Union([ApiReason, RejectionReason])
export type UnprocessedReason = typeof UnprocessedReason.Type

/** What keeps a queued job from being sent, and when it is tried again. **Units** `until` milliseconds since 1970. */
export const HeldBack = Schema.Struct({ reason: ReasonTag, until: Instant })
export interface HeldBack extends Schema.Schema.Type<typeof HeldBack> {}

/**
 * The state of a job; each state carries only what is true in it. **Units** instants in milliseconds since 1970.
 *
 * **Details** A `Queued` job without `heldBack`, or whose `until` has passed, is being sent, or waits in line for our own
 * limit. A `Failed` one with a reason of ours (`CircuitOpen`, `RateLimitExceeded` …) was never sent.
 */
export const JobState = Schema.Union([
  Schema.TaggedStruct("Queued", { heldBack: Schema.optionalKey(HeldBack) }),
  Schema.TaggedStruct("Submitting", { attempt: Schema.Int }),
  Schema.TaggedStruct("Submitted", { providerJobId: ProviderJobId, submittedAt: Instant }),
  Schema.TaggedStruct("Running", { providerJobId: ProviderJobId, submittedAt: Instant }),
  Schema.TaggedStruct("Stored", { providerJobId: ProviderJobId, image: StoredImage }),
  Schema.TaggedStruct("Failed", { reason: UnprocessedReason, providerJobId: Schema.optionalKey(ProviderJobId) }),
  Schema.TaggedStruct("Cancelled", { providerJobId: Schema.optionalKey(ProviderJobId) }),
  Schema.TaggedStruct("OutcomeUnknown", { since: Instant, providerJobId: Schema.optionalKey(ProviderJobId) }),
  Schema.TaggedStruct("Expired", { providerJobId: Schema.optionalKey(ProviderJobId) })
])
export type JobState = typeof JobState.Type

/**
 * The money of a job: `None` before anything is reserved, `Held` while it may still be charged, `Settled` when the cost
 * is known, `Released` when it is known that nothing was charged.
 */
export const JobMoney = Schema.Union([
  Schema.TaggedStruct("None", {}),
  Schema.TaggedStruct("Held", { bound: Schema.NullOr(UsdMicros) }),
  Schema.TaggedStruct("Settled", { cost: Cost }),
  Schema.TaggedStruct("Released", {})
])
export type JobMoney = typeof JobMoney.Type

/**
 * The second account of the settings (`NANOBANANA_FALLBACK_…`) makes the picture in place of the first, because of
 * `reason`. Whatever is asked about the job is asked there, with the key of that account.
 */
export const StandIn = Schema.Struct({ scope: Schema.Literal("nanobanana-fallback"), reason: ReasonTag })
export interface StandIn extends Schema.Schema.Type<typeof StandIn> {}

/** What the caller has said that holds for as long as the job lives, whoever takes it up. */
export const JobWishes = Schema.Struct({
  priority: Schema.optionalKey(Priority),
  accept: Schema.optionalKey(Schema.Array(AcceptedProvenance)),
  fallbackOnContentRejected: Schema.optionalKey(Schema.Boolean)
})
export interface JobWishes extends Schema.Schema.Type<typeof JobWishes> {}

/**
 * One image job, as the ledger keeps it. **Units** instants in milliseconds since 1970.
 *
 * **Details** `requestHash` is that of what the caller asked for: the image request, or the illustration it belongs to.
 * `enhanced` tells where the prompt comes from, if it was rewritten (or was to be). `plan` and `price` are those of the
 * account that makes it: the first one, or the second where `standIn` says so.
 */
export const Job = Schema.Struct({
  id: JobId,
  callId: CallId,
  owner: Owner,
  idempotencyKey: Schema.optionalKey(IdempotencyKey),
  requestHash: Schema.String,
  request: ImageRequest,
  wishes: JobWishes,
  enhanced: Schema.optionalKey(Enhancement),
  plan: ImagePlan,
  price: Cost,
  standIn: Schema.optionalKey(StandIn),
  state: JobState,
  money: JobMoney,
  attempts: Schema.Int,
  createdAt: Instant,
  updatedAt: Instant
})
export interface Job extends Schema.Schema.Type<typeof Job> {}

/**
 * What can happen to a job.
 *
 * - `SendIntended`: the next thing written to the wire is the paid request.
 * - `ProvenUnprocessed`: nothing was processed, and the answer proves it; with `retry` the job is `Queued` again (not before
 *   `until`, where the provider has said when), without it is `Failed`. Taken in `Submitting`, and without `retry` also in `Queued` (the caller gave up between two sends).
 * - `HeldBack`: a job that is queued is not sent before an instant, for a reason of ours or of the provider.
 * - `Rerouted`: a job that is queued, and of which surely nothing was processed, is given to the other account.
 * - `Accepted`: evidence of the provider's id; taken in any state in which the id was missing.
 * - `AnswerLost`: the exchange ended without proof; nothing may be sent again.
 * - `Progressed`: the provider says that it runs.
 * - `ImageStored`: evidence that the picture is in the store.
 * - `ProviderFailed`, `ProviderCancelled`: the provider's final word. `isCharged` false releases the money.
 * - `ResultGone`: charged, and the picture can not be had any more.
 * - `CancelRequested`: a person wants to cancel a job that has not been sent.
 * - `QueueExpired`, `JobExpired`: the time of the queue, of the running job, is over.
 * - `ResolvedCharged`, `ResolvedNotCharged`, `LossAccepted`: a person's decision about an unknown outcome.
 */
export const JobEvent = Schema.Union([
  Schema.TaggedStruct("SendIntended", { attempt: Schema.Int }),
  Schema.TaggedStruct("ProvenUnprocessed", {
    reason: UnprocessedReason,
    retry: Schema.Boolean,
    until: Schema.optionalKey(Instant)
  }),
  Schema.TaggedStruct("HeldBack", HeldBack.fields),
  Schema.TaggedStruct("Rerouted", { plan: ImagePlan, price: Cost, standIn: Schema.optionalKey(StandIn) }),
  Schema.TaggedStruct("Accepted", { providerJobId: ProviderJobId }),
  Schema.TaggedStruct("AnswerLost", {}),
  Schema.TaggedStruct("Progressed", {}),
  Schema.TaggedStruct("ImageStored", { image: StoredImage }),
  Schema.TaggedStruct("ProviderFailed", { reason: ApiReason, isCharged: Schema.Boolean }),
  Schema.TaggedStruct("ProviderCancelled", { isCharged: Schema.Boolean }),
  Schema.TaggedStruct("ResultGone", {}),
  Schema.TaggedStruct("CancelRequested", {}),
  Schema.TaggedStruct("QueueExpired", {}),
  Schema.TaggedStruct("JobExpired", {}),
  Schema.TaggedStruct("ResolvedCharged", { providerJobId: ProviderJobId }),
  Schema.TaggedStruct("ResolvedNotCharged", {}),
  Schema.TaggedStruct("LossAccepted", {})
])
export type JobEvent = typeof JobEvent.Type

/**
 * The states nothing moves out of.
 *
 * ```ts
 * import { isTerminal } from "@ludeng/providers/schemas/Job"
 *
 * isTerminal({ _tag: "Cancelled" }) // => true
 * isTerminal({ _tag: "OutcomeUnknown" }) // => false
 * ```
 */
export const isTerminal = (state: Pick<JobState, "_tag">): boolean =>
  state._tag === "Stored" || state._tag === "Failed" || state._tag === "Cancelled" || state._tag === "Expired"

/** The provider's id of a job, where it is known. */
export const providerJobIdOf = (state: JobState): ProviderJobId | undefined =>
  "providerJobId" in state ? state.providerJobId : undefined
