/**
 * Whether a failed call may be made again by a person. Pure.
 *
 * What is paid for by the picture is paid for once: a call of which nobody knows whether it was accepted is made again
 * only by force, with the price confirmed; one whose job lives on, or whose picture has come since, not at all. Text is
 * paid for by the word, and asked for again by the library itself after an unknown outcome: there nothing is to be forced.
 */
import type { DeadLetter } from "../../schemas/DeadLetter.ts"
import type { JobState } from "../../schemas/Job.ts"
import { addCosts, type Cost, noCost } from "../../schemas/Money.ts"
import type { CallPreview } from "../../schemas/Preview.ts"
import type { RetryRefused } from "../../schemas/LetterReason.ts"

/** What a person says of a retry. **Units** `confirmedUsdMicros`, the most it may cost, in micro-dollars. */
export interface RetryWord {
  readonly prompt?: string | undefined
  readonly force?: boolean | undefined
  readonly confirmedUsdMicros?: number | undefined
}

/** What a retry costs, all its attempts included. */
export interface PriceInterval {
  readonly lowest: Cost
  readonly highest: Cost
}

/** The price of what was looked at: of what is refused for now, what it would cost otherwise. */
export const priceOf = (previews: ReadonlyArray<CallPreview>): PriceInterval => ({
  lowest: previews.map(({ lowest }) => lowest).reduce(addCosts, noCost),
  highest: previews
    .map(({ bound, refused, request }) => (refused === null ? bound : (request?.bound ?? bound)))
    .reduce(addCosts, noCost)
})

const refused = (problem: RetryRefused["problem"]): RetryRefused => ({ _tag: "RetryRefused", problem })

/** The same whatever the price is: a letter that is over, a job that is not, a request that is not whole. */
export const obstacleOf = (
  { request, state }: Pick<DeadLetter, "request" | "state">,
  job: JobState | undefined,
  { prompt }: RetryWord
): RetryRefused | undefined => {
  if (state._tag === "Rescued") return refused("AlreadyRescued")
  if (state._tag === "Discarded") return refused("Discarded")
  if (request === undefined) return refused("RequestMissing")
  if (prompt === undefined && request.request.prompt === undefined) return refused("PromptMissing")
  switch (job?._tag) {
    case "Stored":
      return refused("PictureStored")
    case "Queued":
    case "Submitting":
    case "Submitted":
    case "Running":
      return refused("JobLivesOn")
    default:
      return undefined
  }
}

/** Whether nobody knows if the picture of an earlier try was paid. A job knows more of it than the call that failed. */
export const isOutcomeUnknown = (
  { failure, kind }: Pick<DeadLetter, "failure" | "kind">,
  job: JobState | undefined
): boolean => {
  if (job !== undefined) return job._tag === "OutcomeUnknown"
  return kind !== "Enhancement" && failure.outcome === "Unknown" && failure.operation !== "chat"
}

/** Why the retry is refused; `undefined` where it may be made. */
export const retryRefusal = (
  letter: Pick<DeadLetter, "request" | "state" | "failure" | "kind">,
  job: JobState | undefined,
  word: RetryWord,
  price: PriceInterval
): RetryRefused | undefined => {
  const obstacle = obstacleOf(letter, job, word)
  if (obstacle !== undefined || !isOutcomeUnknown(letter, job)) return obstacle
  const priceUsdMicros = price.highest.usdMicros
  if (word.force !== true) return { ...refused("OutcomeUnknown"), priceUsdMicros }
  return priceUsdMicros !== null && (word.confirmedUsdMicros ?? -1) >= priceUsdMicros
    ? undefined
    : { ...refused("PriceNotConfirmed"), priceUsdMicros }
}
