/**
 * The words for a refusal: what a person needs to hear of its reason besides the name.
 */
import type { RetryRefused } from "./LetterReason.ts"
import type { BudgetExhausted, RejectionReason } from "./Reason.ts"

const dollars = (usdMicros: number): string => `$${usdMicros / 1_000_000}`

const budgetExplanation = ({ budget, committedUsdMicros, limitUsdMicros, neededUsdMicros }: BudgetExhausted): string =>
  limitUsdMicros === undefined || committedUsdMicros === undefined || neededUsdMicros === undefined
    ? `the budget ${budget} does not allow it`
    : `the budget ${budget} does not allow it: it may cost ${dollars(neededUsdMicros)}, and of ${dollars(limitUsdMicros)} there is ${dollars(Math.max(0, limitUsdMicros - committedUsdMicros))} left`

const retryExplanation = ({ priceUsdMicros, problem }: RetryRefused): string => {
  const price =
    typeof priceUsdMicros === "number"
      ? `confirm ${dollars(priceUsdMicros)}, the most it can cost`
      : "there is no price to confirm: set LUDENG_PRICES or NANOBANANA_PRICE_UPPER_BOUND"
  switch (problem) {
    case "OutcomeUnknown":
      return `nobody knows whether it was paid already: look into the provider's account, and force it to pay again; ${price}`
    case "PriceNotConfirmed":
      return price
    case "PromptMissing":
      return "its prompt was not kept, and has to be given again"
    case "RequestMissing":
      return "what it asked for can not be read any more"
    case "AlreadyRescued":
      return "a retry has succeeded"
    case "Discarded":
      return "it was discarded, and what it asked for is forgotten"
    case "JobLivesOn":
      return "its job lives on: resume the job, that pays nothing"
    case "PictureStored":
      return "its picture has been stored since"
  }
}

/** Why a call was refused, and what helps; empty where the name says it all. */
export const rejectionText = (reason: RejectionReason): string => {
  switch (reason._tag) {
    case "InputRejected":
      return [reason, ...(reason.others ?? [])]
        .map(({ expected, field, problem }) => `${field}: ${problem}, expected ${expected}`)
        .join("; ")
    case "NoHealthyKey":
      return `no usable key for where it goes, set ${reason.setting}, or see ludeng keys list`
    case "BudgetExhausted":
      return budgetExplanation(reason)
    case "IdempotencyConflict":
      return `the idempotency key belongs to request ${reason.existingRequestHash}, this is ${reason.requestHash}`
    case "JobNotCancellable":
    case "JobNotResolvable":
      return `the job is ${reason.state}: ${reason.problem}`
    case "StorageFailed":
      return `${reason.problem}: ${reason.detail}`
    case "DeadlineExceeded":
      return "the time for the call had passed before anything was sent"
    case "RateLimitExceeded":
      return reason.operation === "submit"
        ? "our own limit would make it wait longer than the call allows; `submit` queues the job for later"
        : "our own limit would make it wait longer than the call allows"
    case "AttemptsExhausted":
      return "the whole call has made all the attempts it may make"
    case "QueueFull":
      return "too many wait already"
    case "CircuitOpen":
      return "the provider failed too often lately"
    case "Isolated":
      return "taken out of service by a person"
    case "LoadShed":
      return "shed to protect more important calls"
    case "PriceUnknown":
      return "a budget is set, and there is no price: set LUDENG_PRICES, or for pictures NANOBANANA_PRICE_UPPER_BOUND"
    case "RetryRefused":
      return retryExplanation(reason)
    case "JobNotFound":
    case "LetterNotFound":
    case "ShuttingDown":
      return ""
  }
}
