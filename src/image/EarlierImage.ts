/**
 * The picture of an equal earlier request, where the caller takes one and none can be bought now. Only bytes count: a
 * file that is gone, or that is not what was stored, is passed over.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { GeneratedImage, StoredImage } from "../../schemas/Image.ts"
import type { Job } from "../../schemas/Job.ts"
import { noCost } from "../../schemas/Money.ts"
import { JobLedger } from "../job/JobLedger.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { Transport } from "../transport/Transport.ts"
import { accepts } from "./Acceptance.ts"
import { deviationsOf } from "./Deviations.ts"
import { ImageStore } from "./ImageStore.ts"
import type { PlannedRequest } from "./PlanImage.ts"

/** Whether the file of a picture still holds the bytes that were stored; one that can not be read is as good as gone. */
export const isIntact = (image: StoredImage): Effect.Effect<boolean, never, ImageStore> =>
  ImageStore.use((store) => store.verify(image)).pipe(
    Effect.map((condition) => condition === "Intact"),
    Effect.orElseSucceed(() => false)
  )

/** Whether the picture of a job is what this request asks for: by the same protocol, and as exact. */
const answers = (job: Job, { first }: PlannedRequest): boolean =>
  job.plan.protocol === first.plan.protocol && (first.plan.fit === "nearest" || job.plan.fit === "exact")

/**
 * The newest picture of the same owner and request, if the caller accepts `Cached`; it costs nothing.
 *
 * **Details** A ledger that can not be read has no earlier picture: the call fails then for its own reason.
 */
export const earlierImage = Effect.fnUntraced(function* (
  planned: PlannedRequest,
  call: Call
): Effect.fn.Return<GeneratedImage | undefined, never, JobLedger | ImageStore | Transport> {
  if (!accepts(call, "Cached")) return undefined
  const stored = (yield* JobLedger).findStored(planned.requestHash, call.owner)
  for (const job of yield* Effect.orElseSucceed(stored, (): ReadonlyArray<Job> => [])) {
    if (job.state._tag !== "Stored" || !answers(job, planned)) continue
    const { image, providerJobId } = job.state
    if (!(yield* isIntact(image))) continue
    const age = Duration.millis(Math.max(0, (yield* Clock.currentTimeMillis) - job.updatedAt))
    return {
      callId: call.callId,
      jobId: job.id,
      providerJobId,
      protocol: job.plan.protocol,
      model: job.plan.model,
      image,
      deviations: deviationsOf(planned.request, job.plan, image),
      provenance: { _tag: "Cached", age },
      isSimulated: (yield* Transport).isSimulated,
      cost: noCost,
      attempts: call.attempts.count
    }
  }
  return undefined
})
