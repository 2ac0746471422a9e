/**
 * The account of a job for a call about it: whatever is asked about a job is asked where it was made.
 */
import * as Effect from "effect/Effect"
import type { Rejection } from "../../schemas/Failures.ts"
import type { Job } from "../../schemas/Job.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import { accountOf, type ImageAccount } from "./ImageAccount.ts"

/** **Errors** `Rejection` with `NoHealthyKey`: the second account was taken out of the settings; put it back. */
export const accountOfJob = (
  job: Job,
  call: Pick<Call, "callId" | "settings">
): Effect.Effect<ImageAccount, Rejection> => {
  const account = accountOf(job, call.settings.settings.nanobanana)
  return account === undefined
    ? Effect.fail(
        reject({ _tag: "NoHealthyKey", setting: "NANOBANANA_FALLBACK_API_KEY" }, call.callId, { jobId: job.id })
      )
    : Effect.succeed(account)
}
