/**
 * Refusals as DeepSeek words them. `type` and `code` tell nothing apart there: the status does.
 *
 * **Source** the real bodies quoted in Aider-AI/aider#4851 (402), deepwn/addi#13 and raycast/extensions#29730 (400),
 * tarigelamin1997/jobfetcher#42 (429); the rest follows platform.deepseek.com/api-docs/quick_start/error_codes. DeepSeek
 * documents a limit of concurrency only: that it would word one of a window by that page is the simulator's own choice.
 */
import { json, type PlainAnswer } from "../Messages.ts"
import type { Refusal } from "../Handler.ts"

/** An error in DeepSeek's form. */
export const deepSeekError = (status: number, message: string, type = "invalid_request_error"): PlainAnswer =>
  json(status, { error: { message, type, param: null, code: "invalid_request_error" } })

/** The refusals. */
export const deepSeekRefusals: Readonly<Record<Refusal, PlainAnswer>> = {
  "rate-limited": deepSeekError(
    429,
    "Your current concurrency is 40, which exceeds your concurrency limit of 39 based on your remaining balance. Please top up your balance to restore your concurrency.",
    "rate_limit_error"
  ),
  "over-limit": deepSeekError(
    429,
    "Rate Limit Reached. You are sending requests too quickly. Please pace your requests reasonably.",
    "rate_limit_error"
  ),
  "server-error": deepSeekError(
    500,
    "The server encountered an issue. Please retry your request after a brief wait.",
    "server_error"
  ),
  unavailable: deepSeekError(
    503,
    "The server is overloaded due to high traffic. Please retry your request after a brief wait.",
    "service_unavailable_error"
  ),
  unauthorized: deepSeekError(401, "Authentication Fails, your api key is invalid", "authentication_error"),
  "no-balance": deepSeekError(402, "Insufficient Balance", "unknown_error")
}
