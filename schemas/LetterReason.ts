/**
 * Why a failed call is not made again: two of the reasons of `Reason.ts`.
 */
import * as Schema from "effect/Schema"

/** There is no such dead letter (of this owner). */
export const LetterNotFound = Schema.TaggedStruct("LetterNotFound", {})
/**
 * A failed request is not made again. `OutcomeUnknown`: nobody knows whether it was paid; force it, with the price
 * confirmed. `PriceNotConfirmed`: what was confirmed is not `priceUsdMicros`, the most it can cost. `PromptMissing`: it was
 * not kept, and has to be given again.
 */
export const RetryRefused = Schema.TaggedStruct("RetryRefused", {
  problem: Schema.Literals([
    "OutcomeUnknown",
    "PriceNotConfirmed",
    "PromptMissing",
    "RequestMissing",
    "AlreadyRescued",
    "Discarded",
    "JobLivesOn",
    "PictureStored"
  ]),
  priceUsdMicros: Schema.optionalKey(Schema.NullOr(Schema.Int))
})
export type RetryRefused = typeof RetryRefused.Type
