/**
 * How a run of the program can end, and what each ending is to the shell: one exit code, one JSON object.
 *
 * | code | meaning |
 * | --- | --- |
 * | 0 | done |
 * | 1 | a defect of the program itself, or standard output could not be written |
 * | 2 | bad input or usage |
 * | 3 | a provider failed |
 * | 4 | refused by us, before anything was sent |
 * | 5 | bad configuration, a key is missing, or the vault can not be opened |
 * | 6 | the audit is not whole |
 * | 130 | interrupted |
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import type { VaultFailed } from "../../schemas/VaultFailed.ts"
import type { RunFacts } from "./Progress.ts"
import { isLeft } from "./Remnant.ts"

/** The command line can not be understood; the message names the flag. */
export class UsageFailed extends Data.TaggedError("UsageFailed")<{ readonly message: string }> {}

/** Something the program never expected; the message holds places in the code, and no text that was handled. */
export class Defect extends Data.TaggedError("Defect")<{ readonly message: string }> {}

/** A signal ended the run. */
export class Interrupted extends Data.TaggedError("Interrupted")<{ readonly message: string }> {}

/** Every ending but success. */
export type RunFailure = CallFailure | ConfigurationError | VaultFailed | UsageFailed | Defect | Interrupted

/** The exit code of a failure. Pure. */
export const exitCodeOf = (failure: RunFailure): 1 | 2 | 3 | 4 | 5 | 130 => {
  switch (failure._tag) {
    case "UsageFailed":
      return 2
    case "ConfigurationError":
      return 5
    case "VaultFailed":
      return failure.problem === "Refused" || failure.problem === "Busy" ? 4 : 5
    case "Interrupted":
      return 130
    case "Defect":
      return 1
    case "ApiError":
      return 3
    case "Rejection":
      switch (failure.reason._tag) {
        case "InputRejected":
          return 2
        case "NoHealthyKey":
          return 5
        default:
          return 4
      }
  }
}

/** The object that `--json` prints on failure; what is not known is `null`. **Units** `retryAfterMillis` milliseconds. */
export interface FailureReport {
  readonly error: {
    readonly family: RunFailure["_tag"]
    readonly reason: string
    readonly category: string
    readonly message: string
    readonly retryable: boolean
    readonly retryAfterMillis: number | null
    readonly outcome: string | null
    readonly stoppedBy: string | null
    readonly jobId: string | null
    readonly providerJobId: string | null
    readonly callId: string | null
  }
}

/** What to print for a failure; `facts` add the job that was under way. */
export const failureReport = (failure: RunFailure, facts: RunFacts): FailureReport => {
  // A rejection sent nothing: a job that ended with it is nothing to look for.
  const job = failure._tag === "Rejection" && facts.job !== undefined && !isLeft(facts.job) ? undefined : facts.job
  const own = {
    family: failure._tag,
    reason: failure._tag,
    category: categories[failure._tag],
    message: messageOf(failure),
    retryable: false,
    retryAfterMillis: null,
    outcome: null,
    stoppedBy: null,
    jobId: job?.jobId ?? null,
    providerJobId: job?.providerJobId ?? null,
    callId: facts.callId ?? null
  }
  if (failure._tag === "VaultFailed") return { error: { ...own, reason: failure.problem, outcome: "NotSent" } }
  if (failure._tag !== "ApiError" && failure._tag !== "Rejection") return { error: own }
  const api = failure._tag === "ApiError" ? failure : undefined
  return {
    error: {
      ...own,
      reason: failure.reason._tag,
      category: failure.category,
      retryable: failure.isRetryable,
      retryAfterMillis: failure.retryAfter === undefined ? null : Duration.toMillis(failure.retryAfter),
      outcome: failure.outcome,
      stoppedBy: api?.stoppedBy ?? null,
      jobId: failure.jobId ?? own.jobId,
      providerJobId: api?.providerJobId ?? own.providerJobId,
      callId: failure.callId
    }
  }
}

/** What is wrong, for a person: one line, or one per problem. What the program has flags for is named by its flag. */
export const messageOf = (failure: RunFailure): string => {
  if (failure._tag !== "Rejection") return failure.message
  switch (failure.reason._tag) {
    case "InputRejected":
      return [failure.reason, ...(failure.reason.others ?? [])]
        .map(({ expected, field, problem }) => `${flagOf(field)}: ${problem}, expected ${expected}`)
        .join("\n")
    case "RateLimitExceeded": {
      const { retryAfter } = failure
      const when = retryAfter === undefined ? "" : `, not before ${Duration.format(retryAfter)} from now`
      return `refused: RateLimitExceeded (our own limit would make it wait longer than --timeout allows)${when}`
    }
    default:
      return failure.message
  }
}

const categories: Readonly<Record<RunFailure["_tag"], string>> = {
  ApiError: "api",
  Rejection: "rejection",
  ConfigurationError: "configuration",
  VaultFailed: "vault",
  UsageFailed: "usage",
  Defect: "defect",
  Interrupted: "interrupted"
}

const argumentNames: Readonly<Record<string, string>> = {
  prompt: "PROMPT",
  path: "PATH",
  deadline: "--timeout",
  idempotencyKey: "--idempotency-key",
  attemptLimit: "--attempts"
}
const groups = /^(?:parameters|enhancement|image|options|request)\./

// `parameters.focus.2` is the third --focus.
const flagOf = (field: string): string => {
  const [name = field, ...rest] = field.replace(groups, "").split(".")
  const flag = argumentNames[name] ?? `--${name}`
  return rest.length === 0 ? flag : `${flag} (number ${Number(rest[0]) + 1})`
}
