/**
 * The branded strings that name things, so that a job's id can not be handed in where the provider's id is meant.
 */
import * as Schema from "effect/Schema"

/**
 * Names one call of the library, from its options to its result. It stands on every log line, event and error of the
 * call; a call nested in another (the enhancement inside `illustrate`) carries the outer one's id.
 */
export const CallId = Schema.NonEmptyString.pipe(Schema.brand("CallId"))
export type CallId = typeof CallId.Type

/** Names one image job of ours, for as long as the ledger keeps it. */
export const JobId = Schema.NonEmptyString.pipe(Schema.brand("JobId"))
export type JobId = typeof JobId.Type

/** The provider's own name for a job: the only handle on a picture that has been paid for. */
export const ProviderJobId = Schema.NonEmptyString.pipe(Schema.brand("ProviderJobId"))
export type ProviderJobId = typeof ProviderJobId.Type

/**
 * Chosen by the caller: two image requests with the same key (and owner) are one job.
 *
 * **Units** 1 to 200 characters.
 */
export const IdempotencyKey = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))
  .annotate({ expected: "1 to 200 characters" })
  .pipe(Schema.brand("IdempotencyKey"))
export type IdempotencyKey = typeof IdempotencyKey.Type

/**
 * The tenant on whose behalf a call is made. Jobs, money and, later, caches and budgets are kept apart by owner.
 *
 * **Units** 1 to 100 characters, default `"default"`.
 */
export const Owner = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100))
  .annotate({ expected: "1 to 100 characters" })
  .pipe(Schema.brand("Owner"))
export type Owner = typeof Owner.Type

/** The owner of a call that names none. */
export const defaultOwner: Owner = Owner.make("default")

/** Names a dead letter: a failed call that is kept. */
export const LetterId = Schema.NonEmptyString.pipe(Schema.brand("LetterId"))
export type LetterId = typeof LetterId.Type
