/**
 * `/v1/failures`: the failed calls that are kept, and making them again.
 */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { FailedAttempt, FailedRetry, LetterKind } from "../DeadLetter.ts"
import { CallId, JobId, LetterId, ProviderJobId } from "../Identifiers.ts"
import { Cost, UsdMicros } from "../Money.ts"
import { Outcome } from "../Provider.ts"
import { ReasonTag } from "../Reason.ts"
import { Authorization, MayUse } from "./Middleware.ts"
import { pageLimit } from "./Page.ts"
import { EnhancementAnswer, IllustrationAnswer, ImageAnswer } from "./Results.ts"

/** How a failure stands. */
export const FailureStateName = Schema.Literals(["Waiting", "Rescued", "Discarded"])

/** A failed call that is kept. **Units** `failedAt` in milliseconds since 1970. */
export const FailureView = Schema.Struct({
  id: LetterId,
  callId: CallId,
  kind: LetterKind,
  state: FailureStateName,
  failedAt: Schema.Int,
  reason: ReasonTag,
  outcome: Outcome,
  attempts: Schema.Int,
  retryable: Schema.Boolean,
  jobId: Schema.optionalKey(JobId),
  providerJobId: Schema.optionalKey(ProviderJobId),
  cost: Cost,
  retries: Schema.Array(FailedRetry)
})
export interface FailureView extends Schema.Schema.Type<typeof FailureView> {}

/**
 * One failure with its history, and what making the call again would cost and come to. `price` is absent where what it asked
 * for can not be read; `refusal` says why a retry would be refused as it stands.
 */
export const FailureDetail = Schema.Struct({
  ...FailureView.fields,
  history: Schema.Array(FailedAttempt),
  price: Schema.optionalKey(Schema.Struct({ lowest: Cost, highest: Cost })),
  refusal: Schema.optionalKey(Schema.String)
})
export interface FailureDetail extends Schema.Schema.Type<typeof FailureDetail> {}

/** A page of failures, the newest first. `next` as that of jobs. */
export const FailurePage = Schema.Struct({ failures: Schema.Array(FailureView), next: Schema.optionalKey(LetterId) })
export interface FailurePage extends Schema.Schema.Type<typeof FailurePage> {}

/**
 * A person's word on a retry. `force` and `confirmedUsdMicros`, the most it may cost, are asked for where nobody knows
 * whether the first try was paid; `prompt` where it was not kept.
 */
export const RetryPayload = Schema.Struct({
  force: Schema.optionalKey(Schema.Boolean),
  confirmedUsdMicros: Schema.optionalKey(UsdMicros),
  prompt: Schema.optionalKey(Schema.String)
})

/** What a retry came to. */
export const RetryAnswer = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("Enhancement"), failure: FailureView, result: EnhancementAnswer }),
  Schema.Struct({ kind: Schema.Literal("Image"), failure: FailureView, result: ImageAnswer }),
  Schema.Struct({ kind: Schema.Literal("Illustration"), failure: FailureView, result: IllustrationAnswer })
])
export type RetryAnswer = typeof RetryAnswer.Type

const params = { id: LetterId }

/** The group. */
export const failuresGroup = HttpApiGroup.make("failures")
  .add(
    HttpApiEndpoint.get("list", "/v1/failures", {
      query: {
        limit: pageLimit,
        before: Schema.optionalKey(LetterId),
        state: Schema.optionalKey(FailureStateName),
        reason: Schema.optionalKey(ReasonTag)
      },
      success: FailurePage
    }).annotate(OpenApi.Summary, "The failed calls that are kept, the newest first"),
    HttpApiEndpoint.get("get", "/v1/failures/:id", { params, success: FailureDetail }).annotate(
      OpenApi.Summary,
      "One failed call: its history, and the price of making it again"
    ),
    HttpApiEndpoint.post("retry", "/v1/failures/:id/retry", {
      params,
      payload: RetryPayload,
      success: RetryAnswer
    }).annotate(OpenApi.Summary, "Make a failed call again"),
    HttpApiEndpoint.delete("discard", "/v1/failures/:id", { params, success: FailureView }).annotate(
      OpenApi.Summary,
      "Forget what a failed call asked for"
    )
  )
  .middleware(MayUse)
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Failures", description: "Failed calls, and making them again" }))
