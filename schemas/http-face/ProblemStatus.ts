/**
 * Which HTTP status each reason has: one table for the reasons of the library, one for what only the HTTP face can say. A
 * reason without a status does not compile.
 *
 * 4xx: the caller can do something about it. 502, 504: the provider failed, or did not answer in time. 503: the program can not
 * serve it now, or not until its operator does something.
 */
import type { ReasonTag } from "../Reason.ts"

/** The status of each reason of the library. */
export const statusByReason = {
  TimedOut: 504,
  ConnectionRefused: 502,
  ConnectionLost: 502,
  DnsFailed: 502,
  TlsFailed: 502,
  KeyRejected: 502,
  KeyForbidden: 502,
  RateLimited: 429,
  QuotaExhausted: 429,
  RequestRejected: 422,
  ContentRejected: 422,
  InsufficientBalance: 503,
  NotFound: 502,
  ServerFailed: 502,
  ServiceUnavailable: 503,
  MalformedResponse: 502,
  IncompleteResponse: 502,
  EmptyResponse: 502,
  ResultExpired: 410,
  ImageRejected: 502,
  StorageFailed: 503,
  GenerationFailed: 502,
  GenerationTimedOut: 504,
  GenerationCancelled: 409,
  OutcomeUnknown: 502,
  InputRejected: 400,
  RateLimitExceeded: 429,
  AttemptsExhausted: 503,
  QueueFull: 503,
  CircuitOpen: 503,
  Isolated: 503,
  DeadlineExceeded: 504,
  BudgetExhausted: 402,
  PriceUnknown: 503,
  NoHealthyKey: 503,
  IdempotencyConflict: 422,
  JobNotFound: 404,
  JobNotCancellable: 409,
  JobNotResolvable: 409,
  LetterNotFound: 404,
  RetryRefused: 409,
  LoadShed: 503,
  ShuttingDown: 503
} as const satisfies Readonly<Record<ReasonTag, number>>

/** What only the HTTP face refuses, and the status it does so with. */
export const statusByFaceReason = {
  Unauthenticated: 401,
  ScopeMissing: 403,
  Forbidden: 403,
  RouteNotFound: 404,
  PictureNotFound: 404,
  CallNotFound: 404,
  MethodNotAllowed: 405,
  BodyTooLarge: 413,
  UnsupportedMediaType: 415,
  RangeNotSatisfiable: 416,
  SettingsRejected: 422,
  TooManyFailures: 429,
  InternalError: 500,
  TokensUnreadable: 503,
  ServerBusy: 503,
  ServerEnding: 503
} as const satisfies Readonly<Record<string, number>>

/** A reason of the HTTP face itself. */
export type FaceReason = keyof typeof statusByFaceReason

/** Every status that a problem can have, ascending. */
export const problemStatuses: ReadonlyArray<number> = [
  ...new Set<number>([...Object.values(statusByReason), ...Object.values(statusByFaceReason)])
].toSorted((left, right) => left - right)
