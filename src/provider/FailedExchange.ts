/**
 * An exchange that ended without a whole answer, as a failed attempt.
 *
 * It claims no more than the transport knows: a request of which no byte was written was `NotSent`, every other one is
 * `Unknown`, whatever status its headers had. What that means for money and retries depends on the payment class, and
 * is decided in `src/policy/recovery`.
 */
import { AttemptFailed } from "../../schemas/Failures.ts"
import type { Operation, Payment, Provider } from "../../schemas/Provider.ts"
import type { TransportFailed } from "../transport/TransportFailed.ts"

/** The failed attempt of a broken exchange. */
export const failedExchange = (
  provider: Provider,
  operation: Operation,
  _payment: Payment,
  error: TransportFailed
): AttemptFailed =>
  new AttemptFailed({
    provider,
    operation,
    reason: error.reason,
    outcome: error.wasSent ? "Unknown" : "NotSent",
    ...(error.status === undefined ? {} : { status: error.status })
  })
