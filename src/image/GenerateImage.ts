/**
 * `generate`, and what it would ask for: a new picture of the first account, of the second one, or an earlier one; each
 * only where the caller takes it, the later ones only where surely nothing was charged. Never silently nothing.
 */
import * as Effect from "effect/Effect"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { IdempotencyKey } from "../../schemas/Identifiers.ts"
import type { GeneratedImage, ImagePlan, ImageRequest } from "../../schemas/Image.ts"
import type { JobLedger } from "../job/JobLedger.ts"
import type { CostLedger } from "../money/CostLedger.ts"
import type { Prices } from "../money/Prices.ts"
import type { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import type { Pipeline } from "../pipeline/Pipeline.ts"
import { reject } from "../pipeline/Reject.ts"
import type { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import type { NanoBanana } from "../provider/nanobanana/NanoBanana.ts"
import type { Transport } from "../transport/Transport.ts"
import type { KeyVault } from "../vault/KeyVault.ts"
import { accepts } from "./Acceptance.ts"
import type { JobWaiting } from "./AwaitJob.ts"
import { chooseRoute } from "./ChooseRoute.ts"
import { earlierImage } from "./EarlierImage.ts"
import { joinsJob } from "./EnterJob.ts"
import { checkBudgets } from "./ImageMoney.ts"
import type { ImageStore } from "./ImageStore.ts"
import type { JobDriver } from "./JobDriver.ts"
import { planImage, type PlannedRequest } from "./PlanImage.ts"
import { allowsEarlierImage } from "./StandInRule.ts"
import { startNow } from "./StartJob.ts"
import { tellFellBack } from "./TellFellBack.ts"

/** What making a picture needs of the services. */
export type GenerateDependencies =
  | KeyVault
  | Pipeline
  | NanoBanana
  | JobLedger
  | CostLedger
  | Prices
  | AdmissionControl
  | DegradedModes
  | Transport
  | ImageStore

/** What jobs are begun and awaited with. */
export interface GenerateTools {
  readonly driver: JobDriver
  readonly waiting: JobWaiting
}

/** Only an earlier picture was allowed, and there is none. */
export const noNewPicture = (call: Call) =>
  reject(
    {
      _tag: "InputRejected",
      field: "options.accept",
      problem: "takes no new picture, and there is no earlier one",
      expected: "Live among the results that are accepted"
    },
    call.callId
  )

/**
 * The picture.
 *
 * **Details** The picture of the caller's own idempotency key is a result whatever `accept` says: it is what the key asks
 * for.
 *
 * **Errors** `Rejection` on entry: the request, the doors (`CircuitOpen`, `RateLimitExceeded` …), the options. Then those
 * of the job.
 */
export const generateImage = Effect.fnUntraced(function* (
  request: ImageRequest,
  key: IdempotencyKey | undefined,
  call: Call,
  { driver, waiting }: GenerateTools
): Effect.fn.Return<GeneratedImage, CallFailure, GenerateDependencies> {
  const planned = yield* planImage(request, call)
  if (!accepts(call, "Live") && !(yield* joinsJob(key, call))) {
    return (yield* earlierImage(planned, call)) ?? (yield* noNewPicture(call))
  }
  const made = Effect.flatMap(startNow(planned, key, call, driver), ({ drive, job }) =>
    waiting.await(job.id, call, drive)
  )
  return yield* Effect.catch(made, (failure) => insteadOf(failure, planned, call))
})

/** The earlier picture that stands in for one that could not be bought; else the failure. */
const insteadOf = Effect.fnUntraced(function* (failure: CallFailure, planned: PlannedRequest, call: Call) {
  const image = allowsEarlierImage(failure) ? yield* earlierImage(planned, call) : undefined
  if (image === undefined) return yield* Effect.fail(failure)
  yield* tellFellBack(call, "EarlierImage", failure.reason._tag)
  return image
})

/**
 * What `generate` would ask for, and of which account. **Errors** what `generate` would refuse on entry.
 */
export const planOnly = Effect.fnUntraced(function* (
  request: ImageRequest,
  call: Call
): Effect.fn.Return<ImagePlan, CallFailure, GenerateDependencies> {
  const planned = yield* planImage(request, call)
  const isEarlierAtHand = Effect.map(earlierImage(planned, call), (image) => image !== undefined)
  if (!accepts(call, "Live")) return (yield* isEarlierAtHand) ? planned.first.plan : yield* noNewPicture(call)
  const chosen = Effect.tap(chooseRoute(planned, call, call.deadlineAt), () => checkBudgets(planned, call))
  return yield* Effect.catch(
    Effect.map(chosen, ({ route }) => route.plan),
    (rejection) =>
      Effect.flatMap(isEarlierAtHand, (isAtHand) =>
        isAtHand && allowsEarlierImage(rejection) ? Effect.succeed(planned.first.plan) : Effect.fail(rejection)
      )
  )
})
