/**
 * What an illustration with an idempotency key finds of an earlier one. Rewriting a prompt twice gives two texts, so an
 * equal request is known by the hash of the illustration, not of the image request, and it is known before anything is
 * paid for; the rewritten prompt is then the one that stands in the job's row.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Enhancement } from "../../schemas/Enhancement.ts"
import type { Rejection } from "../../schemas/Failures.ts"
import type { IdempotencyKey } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"
import { noCost } from "../../schemas/Money.ts"
import { JobLedger } from "../job/JobLedger.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"

/** The job of the key, if there is one. **Errors** `Rejection`: `IdempotencyConflict`, `StorageFailed`. */
export const earlierJob = Effect.fnUntraced(function* (
  key: IdempotencyKey | undefined,
  requestHash: string,
  call: Call
): Effect.fn.Return<Job | undefined, Rejection, JobLedger> {
  if (key === undefined) return undefined
  const find = (yield* JobLedger).find(key, call.owner)
  const job = yield* Effect.mapError(find, (reason) => reject(reason, call.callId))
  if (job === undefined || job.requestHash === requestHash) return job
  const conflict = { _tag: "IdempotencyConflict", requestHash, existingRequestHash: job.requestHash } as const
  return yield* reject(conflict, call.callId)
})

/** The enhancement that an earlier job was made from, as this call sees it; `null` where none was asked for. */
export const earlierEnhancement = Effect.fnUntraced(function* (job: Job, call: Call) {
  if (job.enhanced === undefined) return null
  const age = Duration.millis(Math.max(0, (yield* Clock.currentTimeMillis) - job.createdAt))
  const enhanced: Enhancement = {
    ...job.enhanced,
    callId: call.callId,
    provenance: job.enhanced.provenance._tag === "Live" ? { _tag: "Cached", age } : job.enhanced.provenance,
    cost: noCost,
    attempts: 0
  }
  return enhanced
})
