/**
 * Why something failed or was refused: one closed union, so that every table by reason is checked for completeness.
 *
 * A reason holds facts only (a phase, a status, a count, a hash), never the text of a prompt, a key, or an answer.
 * What is to be done about a reason is decided elsewhere, in `src/policy/recovery`.
 */
import * as Schema from "effect/Schema"
import { UsdMicros } from "./Money.ts"
import { LetterNotFound, RetryRefused } from "./LetterReason.ts"
import { Operation } from "./Provider.ts"

const optionalHint = Schema.optionalKey(Schema.DurationFromMillis)

/** How far an exchange had come when it broke off. */
export const ExchangePhase = Schema.Literals(["connect", "send", "headers", "body"])
export type ExchangePhase = typeof ExchangePhase.Type

/** The attempt's own time, or what was left of the deadline, passed before the last byte of the answer came. */
export const TimedOut = Schema.TaggedStruct("TimedOut", { phase: ExchangePhase, limit: Schema.DurationFromMillis })
/** Nobody listens at the provider's address. */
export const ConnectionRefused = Schema.TaggedStruct("ConnectionRefused", { host: Schema.String })
/** The connection broke before the answer was complete. */
export const ConnectionLost = Schema.TaggedStruct("ConnectionLost", { phase: ExchangePhase, code: Schema.String })
/** The provider's name has no address (`isTemporary` false), or none could be had now (true). */
export const DnsFailed = Schema.TaggedStruct("DnsFailed", { host: Schema.String, isTemporary: Schema.Boolean })
/** No trusted, encrypted connection could be made. */
export const TlsFailed = Schema.TaggedStruct("TlsFailed", { host: Schema.String, code: Schema.String })

/** The provider does not know the key (401). */
export const KeyRejected = Schema.TaggedStruct("KeyRejected", {})
/** The provider knows the key, and does not allow it to do this (403). */
export const KeyForbidden = Schema.TaggedStruct("KeyForbidden", {})

/** Too many requests for now; `retryAfter` is the provider's hint, `concurrencyLimit` the one its text names. */
export const RateLimited = Schema.TaggedStruct("RateLimited", {
  retryAfter: optionalHint,
  concurrencyLimit: Schema.optionalKey(Schema.Int)
})
/** The quota of a day or a month is used up: waiting a little does not help. */
export const QuotaExhausted = Schema.TaggedStruct("QuotaExhausted", { retryAfter: optionalHint })

/** The provider finds the request wrong; `detail` is its explanation, cut, with nothing of the request's text left. */
export const RequestRejected = Schema.TaggedStruct("RequestRejected", {
  status: Schema.Int,
  detail: Schema.optionalKey(Schema.String)
})
/** The content policy of the provider refuses the prompt or the picture. */
export const ContentRejected = Schema.TaggedStruct("ContentRejected", { detail: Schema.optionalKey(Schema.String) })
/** The account at the provider has no money left: it must be topped up there. */
export const InsufficientBalance = Schema.TaggedStruct("InsufficientBalance", {})
/** The provider knows no such thing (job, model, path). */
export const NotFound = Schema.TaggedStruct("NotFound", {})
/** The provider failed inside (500, and every status nobody documents). */
export const ServerFailed = Schema.TaggedStruct("ServerFailed", { status: Schema.Int, retryAfter: optionalHint })
/** The provider is overloaded, under maintenance, or unreachable behind its gateway (502, 503, 504, 529). */
export const ServiceUnavailable = Schema.TaggedStruct("ServiceUnavailable", {
  status: Schema.Int,
  retryAfter: optionalHint
})

const answerFacts = {
  contentType: Schema.String,
  bytes: Schema.Int,
  sha256: Schema.String
}
/** The answer is not in the agreed form; `problem` says what the schema expected where. */
export const MalformedResponse = Schema.TaggedStruct("MalformedResponse", { ...answerFacts, problem: Schema.String })
/** The answer breaks off, or says of itself that it is not complete. */
export const IncompleteResponse = Schema.TaggedStruct("IncompleteResponse", { ...answerFacts, problem: Schema.String })
/** The answer, or its content, is empty. */
export const EmptyResponse = Schema.TaggedStruct("EmptyResponse", { ...answerFacts })
/** The picture was made, and can no longer be fetched from where the provider said it is. */
export const ResultExpired = Schema.TaggedStruct("ResultExpired", { status: Schema.optionalKey(Schema.Int) })
/** What was fetched may not be fetched, or is no picture that we would store. */
export const ImageRejected = Schema.TaggedStruct("ImageRejected", {
  problem: Schema.Literals(["NotAnImage", "TooManyBytes", "TooManyPixels", "HostNotAllowed", "TooManyRedirects"]),
  detail: Schema.String
})

/** Our own disk or ledger refused to keep something, or can not read what it has kept. */
export const StorageFailed = Schema.TaggedStruct("StorageFailed", {
  problem: Schema.Literals([
    "DiskFull",
    "ReadOnly",
    "PermissionDenied",
    "AlreadyExists",
    "PathNotAllowed",
    "Locked",
    "Corrupt",
    "Missing",
    "Other"
  ]),
  detail: Schema.String
})

/** The provider accepted the job and could not make the picture. */
export const GenerationFailed = Schema.TaggedStruct("GenerationFailed", {
  providerCode: Schema.optionalKey(Schema.String),
  detail: Schema.optionalKey(Schema.String)
})
/** The caller's deadline passed while the job was still running; it goes on, and can be resumed by its `jobId`. */
export const GenerationTimedOut = Schema.TaggedStruct("GenerationTimedOut", { waited: Schema.DurationFromMillis })
/** The job was cancelled, here or at the provider. */
export const GenerationCancelled = Schema.TaggedStruct("GenerationCancelled", {})
/** A paid request was sent, and nothing proves whether it was processed: only a person may send it again. */
export const OutcomeUnknown = Schema.TaggedStruct("OutcomeUnknown", {})

/** Why an attempt at a provider failed. */
export const ApiReason = Schema.Union([
  TimedOut,
  ConnectionRefused,
  ConnectionLost,
  DnsFailed,
  TlsFailed,
  KeyRejected,
  KeyForbidden,
  RateLimited,
  QuotaExhausted,
  RequestRejected,
  ContentRejected,
  InsufficientBalance,
  NotFound,
  ServerFailed,
  ServiceUnavailable,
  MalformedResponse,
  IncompleteResponse,
  EmptyResponse,
  ResultExpired,
  ImageRejected,
  StorageFailed,
  GenerationFailed,
  GenerationTimedOut,
  GenerationCancelled,
  OutcomeUnknown
])
export type ApiReason = typeof ApiReason.Type

const inputProblem = { field: Schema.String, problem: Schema.String, expected: Schema.String }

/** The input is not what is expected; on a prompt, `problem` gives lengths and code points, never text. */
export const InputRejected = Schema.TaggedStruct("InputRejected", {
  ...inputProblem,
  /** What else is wrong with the same input. */
  others: Schema.optionalKey(Schema.Array(Schema.Struct(inputProblem)))
})
/** Our own limiter predicts a longer wait than the call allows; `operation` names the quota. */
export const RateLimitExceeded = Schema.TaggedStruct("RateLimitExceeded", {
  operation: Schema.optionalKey(Operation)
})
/** The attempts that the whole call may make were used up by what was nested in it before. */
export const AttemptsExhausted = Schema.TaggedStruct("AttemptsExhausted", {})
/** The waiting room is full. */
export const QueueFull = Schema.TaggedStruct("QueueFull", {})
/** The provider failed too often lately; nobody is let through for now. */
export const CircuitOpen = Schema.TaggedStruct("CircuitOpen", {})
/** A person has taken the provider's operation out of service. */
export const Isolated = Schema.TaggedStruct("Isolated", {})
/** The deadline had passed before an attempt could begin. */
export const DeadlineExceeded = Schema.TaggedStruct("DeadlineExceeded", {})
/**
 * A budget does not allow the most that this may cost. **Units** micro-dollars: what is needed, and what of the limit is
 * reserved or spent; `retryAfter` is when the budget counts anew, absent where that would not help.
 */
export const BudgetExhausted = Schema.TaggedStruct("BudgetExhausted", {
  budget: Schema.String,
  limitUsdMicros: Schema.optionalKey(UsdMicros),
  committedUsdMicros: Schema.optionalKey(UsdMicros),
  neededUsdMicros: Schema.optionalKey(UsdMicros),
  retryAfter: optionalHint
})
export type BudgetExhausted = typeof BudgetExhausted.Type
/** A budget is set, and the price of this call is not known. */
export const PriceUnknown = Schema.TaggedStruct("PriceUnknown", {})
/** No usable key for the provider; `setting` names the variable to set. */
export const NoHealthyKey = Schema.TaggedStruct("NoHealthyKey", { setting: Schema.String })
/** The idempotency key was used for another request. */
export const IdempotencyConflict = Schema.TaggedStruct("IdempotencyConflict", {
  requestHash: Schema.String,
  existingRequestHash: Schema.String
})
/** The ledger knows no such job (of this owner). */
export const JobNotFound = Schema.TaggedStruct("JobNotFound", {})
/** The job can not be cancelled; `state` and `problem` say why. */
export const JobNotCancellable = Schema.TaggedStruct("JobNotCancellable", {
  state: Schema.String,
  problem: Schema.String
})
/** The job's outcome is no open question, or the answer contradicts what is known; `state` and `problem` say why. */
export const JobNotResolvable = Schema.TaggedStruct("JobNotResolvable", {
  state: Schema.String,
  problem: Schema.String
})
/** Load was shed to protect more important calls. */
export const LoadShed = Schema.TaggedStruct("LoadShed", {})
/** The program is ending and takes no new work. */
export const ShuttingDown = Schema.TaggedStruct("ShuttingDown", {})

/** Why we refused, before any attempt began. */
export const RejectionReason = Schema.Union([
  InputRejected,
  RateLimitExceeded,
  AttemptsExhausted,
  QueueFull,
  CircuitOpen,
  Isolated,
  DeadlineExceeded,
  BudgetExhausted,
  PriceUnknown,
  NoHealthyKey,
  IdempotencyConflict,
  JobNotFound,
  JobNotCancellable,
  JobNotResolvable,
  LetterNotFound,
  RetryRefused,
  LoadShed,
  ShuttingDown,
  StorageFailed
])
export type RejectionReason = typeof RejectionReason.Type

/** Every reason there is. */
export type Reason = ApiReason | RejectionReason

/** Groups of reasons, for metrics, tables and exit codes. */
export const Category = Schema.Literals([
  "network",
  "authentication",
  "rateLimit",
  "api",
  "data",
  "storage",
  "generation",
  "rejection"
])
export type Category = typeof Category.Type

const categoryByTag = {
  TimedOut: "network",
  ConnectionRefused: "network",
  ConnectionLost: "network",
  DnsFailed: "network",
  TlsFailed: "network",
  KeyRejected: "authentication",
  KeyForbidden: "authentication",
  RateLimited: "rateLimit",
  QuotaExhausted: "rateLimit",
  RequestRejected: "api",
  ContentRejected: "api",
  InsufficientBalance: "api",
  NotFound: "api",
  ServerFailed: "api",
  ServiceUnavailable: "api",
  MalformedResponse: "data",
  IncompleteResponse: "data",
  EmptyResponse: "data",
  ResultExpired: "data",
  ImageRejected: "data",
  StorageFailed: "storage",
  GenerationFailed: "generation",
  GenerationTimedOut: "generation",
  GenerationCancelled: "generation",
  OutcomeUnknown: "generation",
  InputRejected: "rejection",
  RateLimitExceeded: "rejection",
  AttemptsExhausted: "rejection",
  QueueFull: "rejection",
  CircuitOpen: "rejection",
  Isolated: "rejection",
  DeadlineExceeded: "rejection",
  BudgetExhausted: "rejection",
  PriceUnknown: "rejection",
  NoHealthyKey: "rejection",
  IdempotencyConflict: "rejection",
  JobNotFound: "rejection",
  JobNotCancellable: "rejection",
  JobNotResolvable: "rejection",
  LetterNotFound: "rejection",
  RetryRefused: "rejection",
  LoadShed: "rejection",
  ShuttingDown: "rejection"
} as const satisfies Record<Reason["_tag"], Category>

/** The names of all reasons. */
export const reasonTags = Object.keys(categoryByTag) as ReadonlyArray<Reason["_tag"]>

/** The name of a reason. */
export const ReasonTag = Schema.Literals(Object.keys(categoryByTag) as [Reason["_tag"], ...Array<Reason["_tag"]>])
export type ReasonTag = typeof ReasonTag.Type

/**
 * The category of a reason.
 *
 * ```ts
 * import { categoryOf } from "@ludeng/providers/schemas/Reason"
 *
 * categoryOf({ _tag: "KeyRejected" }) // => "authentication"
 * ```
 */
export const categoryOf = (reason: { readonly _tag: Reason["_tag"] }): Category => categoryByTag[reason._tag]
