/**
 * An exchange ended without a whole answer. It says what happened and whether the provider may have seen the request;
 * what that means for money is decided by `src/provider/…` and `src/policy/recovery`.
 */
import * as Data from "effect/Data"
import type {
  ConnectionLost,
  ConnectionRefused,
  DnsFailed,
  ImageRejected,
  IncompleteResponse,
  TimedOut,
  TlsFailed
} from "../../schemas/Reason.ts"

/** The reasons a transport can give. */
export type TransportReason =
  | typeof TimedOut.Type
  | typeof ConnectionRefused.Type
  | typeof ConnectionLost.Type
  | typeof DnsFailed.Type
  | typeof TlsFailed.Type
  | typeof IncompleteResponse.Type
  | typeof ImageRejected.Type

/**
 * The failure of an exchange.
 *
 * **Details** `wasSent`: a byte of the request may have left this machine. `IncompleteResponse` here means that the
 * body was longer than allowed, or encoded in a way that nobody asked for; `ImageRejected` that a download's address
 * may not be fetched (`HostNotAllowed`) or that it was longer than allowed (`TooManyBytes`).
 */
export class TransportFailed extends Data.TaggedError("TransportFailed")<{
  readonly reason: TransportReason
  readonly wasSent: boolean
  /** The status, where headers had already come. */
  readonly status?: number
}> {
  override get message(): string {
    return this.reason._tag
  }
}
