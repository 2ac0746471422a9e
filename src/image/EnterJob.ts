/**
 * From a planned request to a row in the ledger: entered as `Queued`, with its price held.
 */
import * as Effect from "effect/Effect"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { IdempotencyKey } from "../../schemas/Identifiers.ts"
import type { Job, JobWishes } from "../../schemas/Job.ts"
import { freesItsKey, JobLedger } from "../job/JobLedger.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import type { ChosenRoute } from "./ChooseRoute.ts"
import { heldFor } from "./ImageMoney.ts"
import { tellMove } from "./MoveJob.ts"
import type { PlannedRequest } from "./PlanImage.ts"
import { tellFellBack } from "./TellFellBack.ts"

/** Whether a request with this key joins a job that exists: then nothing new is paid, and no door is asked. */
export const joinsJob = Effect.fnUntraced(function* (
  key: IdempotencyKey | undefined,
  call: Call
): Effect.fn.Return<boolean, CallFailure, JobLedger> {
  if (key === undefined) return false
  const find = (yield* JobLedger).find(key, call.owner)
  const job = yield* Effect.mapError(find, (reason) => reject(reason, call.callId))
  return job !== undefined && !freesItsKey(job)
})

const wishesOf = ({ accept, fallbackOnContentRejected, priority }: Call): JobWishes => ({
  ...(priority === "normal" ? {} : { priority }),
  ...(accept === undefined ? {} : { accept }),
  ...(fallbackOnContentRejected ? { fallbackOnContentRejected } : {})
})

/**
 * Enters the job of a request, or finds the one with the same idempotency key.
 *
 * **Errors** `Rejection`: `IdempotencyConflict`, `StorageFailed`, and where the money for it is refused `BudgetExhausted`
 * or `PriceUnknown`. Nothing was sent, and no row remains.
 */
export const enterJob = Effect.fnUntraced(function* (
  planned: PlannedRequest,
  { route, standsInFor }: ChosenRoute,
  idempotencyKey: IdempotencyKey | undefined,
  call: Call
): Effect.fn.Return<{ readonly job: Job; readonly isNew: boolean }, CallFailure, JobLedger> {
  const { settings } = call.settings
  const { perCall } = settings.budget
  const bound = heldFor(planned, settings)
  const isCounted = perCall !== "none" && !(yield* joinsJob(idempotencyKey, call))
  const overCall = isCounted ? call.spending.commit(perCall, bound) : undefined
  if (overCall !== undefined) return yield* reject(overCall, call.callId)
  const uncount = () => {
    if (isCounted) call.spending.settle(bound, undefined)
  }
  const entered = yield* (yield* JobLedger)
    .enter({
      callId: call.callId,
      owner: call.owner,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...call.origin,
      requestHash: planned.requestHash,
      request: planned.request,
      wishes: wishesOf(call),
      plan: route.plan,
      price: route.price,
      bound,
      ...(standsInFor === undefined ? {} : { standIn: { scope: "nanobanana-fallback", reason: standsInFor } as const })
    })
    .pipe(
      Effect.onError(() => Effect.sync(uncount)),
      Effect.mapError((reason) => reject(reason, call.callId))
    )
  if (!entered.isNew) uncount()
  if (entered.isNew) yield* tellMove("None", entered.job)
  if (entered.isNew && standsInFor !== undefined) yield* tellFellBack(call, "OtherProtocol", standsInFor)
  return entered
})
