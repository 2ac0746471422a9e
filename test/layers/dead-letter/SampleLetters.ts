/** Letters to test with. */
import type { NewLetter } from "../../../src/dead-letter/DeadLetters.ts"
import { CallId, defaultOwner, JobId } from "../../../schemas/Identifiers.ts"
import type { LetterFailure } from "../../../schemas/DeadLetter.ts"

export const failureOf = (own: Partial<LetterFailure> = {}): LetterFailure => ({
  family: "ApiError",
  provider: "nanobanana",
  operation: "submit",
  reason: { _tag: "ServerFailed", status: 500 },
  outcome: "Refused",
  attempts: 1,
  isRetryable: true,
  ...own
})

export const letterOf = (call: string, own: Partial<NewLetter> & { readonly job?: string } = {}): NewLetter => {
  const { job, ...rest } = own
  return {
    callId: CallId.make(call),
    owner: defaultOwner,
    failedAt: 1_000,
    failure: failureOf(job === undefined ? {} : { jobId: JobId.make(job) }),
    history: [
      { at: 900, provider: "nanobanana", operation: "submit", attempt: 1, reason: "ServerFailed", outcome: "Refused" }
    ],
    cost: { usdMicros: 40_000, basis: "estimated" },
    options: { priority: "low", fit: "exact" },
    request: {
      _tag: "Image",
      request: { prompt: `a red fox of ${call}`, parameters: { style: "woodcut", quality: "high" } }
    },
    ...rest
  }
}
