/**
 * The attempt that an answer ended as a failure, told with the answer's status and the provider's id of the request.
 */
import { AttemptFailed } from "../../schemas/Failures.ts"
import type { Operation, Outcome, Provider } from "../../schemas/Provider.ts"
import type { ApiReason } from "../../schemas/Reason.ts"
import type { AnswerHead } from "../transport/Transport.ts"
import { requestIdOf } from "./RequestId.ts"

/** The failures of one provider. */
export const failedAnswerOf =
  (provider: Provider) =>
  (
    { headers, status }: AnswerHead,
    { operation }: { readonly operation: Operation },
    reason: ApiReason,
    outcome: Outcome
  ): AttemptFailed => {
    const providerRequestId = requestIdOf(headers)
    return new AttemptFailed({
      provider,
      operation,
      reason,
      outcome,
      status,
      ...(providerRequestId === undefined ? {} : { providerRequestId })
    })
  }
