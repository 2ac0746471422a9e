/**
 * How far one exchange has come, as its transport notes it down while it runs. Whoever breaks the exchange off (its
 * timeout, an error, a limit) reads from here what may be said about it.
 */
import type { ExchangePhase } from "../../schemas/Reason.ts"
import { TransportFailed, type TransportReason } from "./TransportFailed.ts"

/** The notes of one exchange. `wasSent` goes to true before the first byte can leave, and never back. */
export interface ExchangeProgress {
  phase: ExchangePhase
  wasSent: boolean
  status: number | undefined
}

/** The notes of an exchange that has not begun. */
export const notStarted = (): ExchangeProgress => ({ phase: "connect", wasSent: false, status: undefined })

/** The failure of an exchange that had come this far. */
export const failedAt = (progress: ExchangeProgress, reason: TransportReason): TransportFailed =>
  new TransportFailed({
    reason,
    wasSent: progress.wasSent,
    ...(progress.status === undefined ? {} : { status: progress.status })
  })
