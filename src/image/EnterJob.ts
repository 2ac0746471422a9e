/**
 * From a request to a row: checked, planned and priced before anything is paid, then entered in the ledger.
 */
import { hash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { IdempotencyKey } from "../../schemas/Identifiers.ts"
import { type ImagePlan, ImageRequest } from "../../schemas/Image.ts"
import type { Job } from "../../schemas/Job.ts"
import { imageProtocolOf } from "../../schemas/Settings.ts"
import { sanitizeInput } from "../input/Sanitize.ts"
import { validateInput } from "../input/Validate.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { Prices } from "../money/Prices.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import { NanoBanana } from "../provider/nanobanana/NanoBanana.ts"
import { ImageStore } from "./ImageStore.ts"
import { tellMove } from "./MoveJob.ts"

const sortedFields = (_name: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)))
    : value

/** The hash that makes two requests the same request; the order of their fields does not matter. */
export const requestHashOf = (request: object, protocol: string): string =>
  hash("sha256", JSON.stringify([protocol, request], sortedFields))

/** A request that has passed every check there is before paying. */
export interface PlannedRequest {
  readonly request: ImageRequest
  readonly plan: ImagePlan
}

/**
 * Checks and plans a request: its fields, the key, what the protocol can give, and the place for the picture.
 *
 * **Errors** `Rejection`: `InputRejected`, `NoHealthyKey`, `StorageFailed`. Nothing was sent, nothing was entered.
 */
export const planImage = Effect.fnUntraced(function* (
  request: ImageRequest,
  call: Call
): Effect.fn.Return<PlannedRequest, CallFailure, NanoBanana | ImageStore> {
  const { imageDirectory, nanobanana } = call.settings.settings
  const checked = validateInput(ImageRequest, sanitizeInput(request))
  if (Result.isFailure(checked)) return yield* reject(checked.failure, call.callId)
  if (nanobanana.apiKey === undefined) {
    return yield* reject({ _tag: "NoHealthyKey", setting: "NANOBANANA_API_KEY" }, call.callId)
  }
  const protocol = (yield* NanoBanana).protocol(imageProtocolOf(nanobanana))
  const planned = protocol.plan(checked.success, call.fit)
  if (Result.isFailure(planned)) return yield* reject(planned.failure, call.callId)
  const place = (yield* ImageStore).prepare({ root: imageDirectory })
  yield* Effect.mapError(place, (reason) =>
    reject({ ...reason, detail: `image directory ${imageDirectory}: ${reason.detail}` }, call.callId)
  )
  return { request: checked.success, plan: planned.success }
})

/**
 * Enters the job of a request, or finds the one with the same idempotency key.
 *
 * **Errors** `Rejection`: `InputRejected`, `NoHealthyKey`, `IdempotencyConflict`, `StorageFailed`. Nothing was sent.
 */
export const enterJob = Effect.fnUntraced(function* (
  request: ImageRequest,
  idempotencyKey: IdempotencyKey | undefined,
  call: Call
): Effect.fn.Return<Job, CallFailure, NanoBanana | JobLedger | Prices | ImageStore> {
  const planned = yield* planImage(request, call)
  const entered = yield* (yield* JobLedger)
    .enter({
      callId: call.callId,
      owner: call.owner,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      requestHash: requestHashOf(planned.request, planned.plan.protocol),
      ...call.origin,
      ...planned,
      price: (yield* Prices).image(planned.plan, call.settings.settings.nanobanana)
    })
    .pipe(Effect.mapError((reason) => reject(reason, call.callId)))
  if (entered.isNew) yield* tellMove("None", entered.job)
  return entered.job
})
