/**
 * Turns failures into problem documents. Pure.
 */
import * as Duration from "effect/Duration"
import type { CallFailure } from "../../schemas/Failures.ts"
import { type FaceReason, statusByFaceReason, statusByReason } from "../../schemas/http-face/ProblemStatus.ts"
import { HttpProblem } from "../../schemas/http-face/Problem.ts"
import type { CallId } from "../../schemas/Identifiers.ts"
import type { InputRejected, Reason } from "../../schemas/Reason.ts"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import { isSharedBudget } from "./OwnBudgets.ts"

/** The name of the kind of a problem. */
export const problemType = (reason: string): string => `urn:ludeng:problem:${reason}`

/** A reason as words: `RateLimitExceeded` is "Rate limit exceeded". */
export const titleOf = (reason: string): string => {
  const words = reason.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Rounded up, so that nobody comes back too early. **Units** whole seconds. */
const secondsOf = (duration: Duration.Duration): number => Math.max(0, Math.ceil(Duration.toMillis(duration) / 1_000))

const fieldsOf = ({ expected, field, others, problem }: typeof InputRejected.Type) => ({
  errors: [{ field, problem, expected }, ...(others ?? [])]
})

/** What a reason says beyond its name. */
const factsOf = (reason: Reason) => {
  switch (reason._tag) {
    case "InputRejected":
      return fieldsOf(reason)
    case "IdempotencyConflict":
      return { requestHash: reason.requestHash, existingRequestHash: reason.existingRequestHash }
    case "RetryRefused":
      return {
        retryProblem: reason.problem,
        ...(reason.priceUsdMicros === undefined ? {} : { priceUsdMicros: reason.priceUsdMicros })
      }
    default:
      return {}
  }
}

/** What is left of a budget of all owners tells what the others have spent: that stays here. */
const detailOf = ({ message, reason }: CallFailure): string =>
  reason._tag === "BudgetExhausted" && isSharedBudget(reason.budget)
    ? `refused: BudgetExhausted (the budget ${reason.budget} does not allow it)`
    : message

/** The problem of a call that failed or was refused. */
export const problemOf = (failure: CallFailure): HttpProblem => {
  const { callId, category, isRetryable, jobId, outcome, reason, retryAfter } = failure
  return new HttpProblem({
    type: problemType(reason._tag),
    title: titleOf(reason._tag),
    status: statusByReason[reason._tag],
    detail: detailOf(failure),
    reason: reason._tag,
    category,
    outcome,
    retryable: isRetryable,
    callId,
    ...(retryAfter === undefined ? {} : { retryAfter: secondsOf(retryAfter) }),
    ...(jobId === undefined ? {} : { jobId }),
    ...factsOf(reason),
    ...(failure._tag === "Rejection"
      ? {}
      : {
          provider: failure.provider,
          operation: failure.operation,
          attempts: failure.attempts,
          ...(failure.stoppedBy === undefined ? {} : { stoppedBy: failure.stoppedBy }),
          ...(failure.providerJobId === undefined ? {} : { providerJobId: failure.providerJobId }),
          ...(failure.providerRequestId === undefined ? {} : { providerRequestId: failure.providerRequestId }),
          ...(failure.cost === undefined ? {} : { cost: failure.cost })
        })
  })
}

/** What a refusal of the face says besides. **Units** `retryAfter` in whole seconds. */
export interface FaceFacts {
  readonly allow?: ReadonlyArray<string>
  readonly retryAfter?: number
}

/** What the face itself refuses: before a call began, so that nothing was sent. `callId` is that of the request. */
export const faceProblem = (callId: CallId, reason: FaceReason, detail: string, facts: FaceFacts = {}): HttpProblem =>
  new HttpProblem({
    type: problemType(reason),
    title: titleOf(reason),
    status: statusByFaceReason[reason],
    detail,
    reason,
    category: "http",
    outcome: "NotSent",
    retryable: facts.retryAfter !== undefined,
    callId,
    ...facts
  })

/** A request that could not be read. */
export const inputProblem = (callId: CallId, rejected: typeof InputRejected.Type): HttpProblem =>
  new HttpProblem({
    type: problemType("InputRejected"),
    title: titleOf("InputRejected"),
    status: statusByReason.InputRejected,
    detail: fieldsOf(rejected)
      .errors.map(({ expected, field, problem }) => `${field}: ${problem}, expected ${expected}`)
      .join("; "),
    reason: "InputRejected",
    category: "rejection",
    outcome: "NotSent",
    retryable: false,
    callId,
    ...fieldsOf(rejected)
  })

/** The problem of settings that can not be taken: every field of it is named. */
export const settingsProblem = (callId: CallId, { message, problems }: ConfigurationError): HttpProblem =>
  new HttpProblem({
    ...faceProblem(callId, "SettingsRejected", message),
    errors: problems.map(({ expected, name, problem }) => ({ field: name, problem, expected }))
  })

/**
 * A fault of ours: nothing is told but the id under which it was logged. What became of a request nobody can say.
 */
export const defectProblem = (callId: CallId): HttpProblem =>
  new HttpProblem({
    type: problemType("InternalError"),
    title: titleOf("InternalError"),
    status: statusByFaceReason.InternalError,
    detail: "something went wrong inside; the log tells more under the callId",
    reason: "InternalError",
    category: "http",
    outcome: "Unknown",
    retryable: false,
    callId
  })
