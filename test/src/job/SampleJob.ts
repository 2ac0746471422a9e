/**
 * A job to play with, in each of its states, and each event that can happen to it.
 */
import * as Duration from "effect/Duration"
import { CallId, defaultOwner, IdempotencyKey, JobId, Owner, ProviderJobId } from "../../../schemas/Identifiers.ts"
import type { ImagePlan, StoredImage } from "../../../schemas/Image.ts"
import type { Job, JobEvent, JobState, StandIn } from "../../../schemas/Job.ts"
import type { Cost } from "../../../schemas/Money.ts"
import type { NewJob } from "../../../src/job/JobLedger.ts"

export const price: Cost = { usdMicros: 20_000, basis: "estimated" }
export const firstId = ProviderJobId.make("task-1")
export const otherId = ProviderJobId.make("task-2")
export const otherOwner = Owner.make("somebody-else")

export const image = (sha256: string): StoredImage => ({
  path: `images/${sha256}.png`,
  sha256,
  bytes: 10,
  width: 1,
  height: 1,
  format: "png"
})

export const newJob = (fields: Partial<NewJob> & { readonly key?: string } = {}): NewJob => {
  const { key, ...others } = fields
  return {
    callId: CallId.make("call_1"),
    owner: defaultOwner,
    requestHash: "hash-1",
    request: { prompt: "a red fox" },
    wishes: {},
    plan: {
      protocol: "generic",
      path: "/generate",
      model: "generic",
      resolution: "1024x1024",
      body: {},
      promptCharacters: 9,
      deviations: [],
      fit: "nearest"
    },
    price,
    ...(key === undefined ? {} : { idempotencyKey: IdempotencyKey.make(key) }),
    ...others
  }
}

/** What the second account would be asked for. */
export const otherPlan: ImagePlan = { ...newJob().plan, protocol: "nanobananaapi", model: "nano-banana" }
export const standIn: StandIn = { scope: "nanobanana-fallback", reason: "CircuitOpen" }

/** When the sample jobs were made and last changed. */
export const madeAt = 1_000
export const changedAt = 2_000

/** Each state, with and without the provider's id where it may be missing. */
export const states = {
  Queued: { _tag: "Queued" },
  "Queued, held back": { _tag: "Queued", heldBack: { reason: "CircuitOpen", until: 60_000 } },
  Submitting: { _tag: "Submitting", attempt: 1 },
  Submitted: { _tag: "Submitted", providerJobId: firstId, submittedAt: changedAt },
  Running: { _tag: "Running", providerJobId: firstId, submittedAt: changedAt },
  "OutcomeUnknown without id": { _tag: "OutcomeUnknown", since: changedAt },
  "OutcomeUnknown with id": { _tag: "OutcomeUnknown", since: changedAt, providerJobId: firstId },
  Stored: { _tag: "Stored", providerJobId: firstId, image: image("a") },
  "Failed without id": { _tag: "Failed", reason: { _tag: "InsufficientBalance" } },
  "Failed with id": { _tag: "Failed", reason: { _tag: "GenerationFailed" }, providerJobId: firstId },
  "Cancelled without id": { _tag: "Cancelled" },
  "Cancelled with id": { _tag: "Cancelled", providerJobId: firstId },
  "Expired without id": { _tag: "Expired" },
  "Expired with id": { _tag: "Expired", providerJobId: firstId }
} as const satisfies Record<string, JobState>
export type StateName = keyof typeof states

const moneyOf = (state: JobState): Job["money"] => {
  switch (state._tag) {
    case "Stored":
    case "Expired":
      return { _tag: "Settled", cost: price }
    case "Failed":
    case "Cancelled":
      return { _tag: "Released" }
    default:
      return { _tag: "Held", bound: price.usdMicros }
  }
}

export const jobIn = (name: StateName): Job => ({
  ...newJob(),
  id: JobId.make("job_1"),
  state: states[name],
  money: moneyOf(states[name]),
  attempts: states[name]._tag === "Queued" ? 0 : 1,
  createdAt: madeAt,
  updatedAt: changedAt
})

/** Each event, in each of its flavours. */
export const events = {
  SendIntended: { _tag: "SendIntended", attempt: 2 },
  "ProvenUnprocessed, retried": { _tag: "ProvenUnprocessed", reason: { _tag: "RateLimited" }, retry: true },
  "ProvenUnprocessed, final": { _tag: "ProvenUnprocessed", reason: { _tag: "InsufficientBalance" }, retry: false },
  "HeldBack, open": { _tag: "HeldBack", reason: "CircuitOpen", until: 60_000 },
  "HeldBack, shed": { _tag: "HeldBack", reason: "LoadShed", until: 70_000 },
  "Rerouted, to the second": { _tag: "Rerouted", plan: otherPlan, price, standIn },
  "Rerouted, back": { _tag: "Rerouted", plan: newJob().plan, price },
  "Accepted, first id": { _tag: "Accepted", providerJobId: firstId },
  "Accepted, other id": { _tag: "Accepted", providerJobId: otherId },
  AnswerLost: { _tag: "AnswerLost" },
  Progressed: { _tag: "Progressed" },
  "ImageStored, image a": { _tag: "ImageStored", image: image("a") },
  "ImageStored, image b": { _tag: "ImageStored", image: image("b") },
  "ProviderFailed, charged": { _tag: "ProviderFailed", reason: { _tag: "ContentRejected" }, isCharged: true },
  "ProviderFailed, free": { _tag: "ProviderFailed", reason: { _tag: "GenerationFailed" }, isCharged: false },
  "ProviderCancelled, charged": { _tag: "ProviderCancelled", isCharged: true },
  "ProviderCancelled, free": { _tag: "ProviderCancelled", isCharged: false },
  ResultGone: { _tag: "ResultGone" },
  CancelRequested: { _tag: "CancelRequested" },
  QueueExpired: { _tag: "QueueExpired" },
  JobExpired: { _tag: "JobExpired" },
  "ResolvedCharged, first id": { _tag: "ResolvedCharged", providerJobId: firstId },
  "ResolvedCharged, other id": { _tag: "ResolvedCharged", providerJobId: otherId },
  ResolvedNotCharged: { _tag: "ResolvedNotCharged" },
  LossAccepted: { _tag: "LossAccepted" }
} as const satisfies Record<string, JobEvent>
export type EventName = keyof typeof events
export const eventNames = Object.keys(events) as [EventName, ...Array<EventName>]
export const stateNames = Object.keys(states) as [StateName, ...Array<StateName>]

/** What a queued job that waits from `madeAt` to `now` fails of. */
export const waited = (now: number) => ({ _tag: "GenerationTimedOut", waited: Duration.millis(now - madeAt) }) as const
