/**
 * The order of a call, in one place. Every request of the library to a provider passes through `run`.
 *
 * ```text
 * deadline, settings       one of each, by `withCall`, inherited from the call
 * validate input           by the caller of `run`, before anything is spent
 * cache, single flight     by `PromptEnhancer`: a hit costs no permit, no money, no sample of the circuit
 *   attempt loop           one attempt budget, and the retry budget of the operation
 *     healthy key          or `NoHealthyKey` at once
 *     admission            circuit, slot, and a permit of every tier, in one synchronous step, or a place in the queue
 *     reserve money        the upper bound, per attempt; refused, permit, slot and circuit go to the next in the queue
 *     lend the key         given back with the end of the attempt
 *     SEND                 under the attempt timeout
 *     settle money         what was used, or what may have been
 *     classify, recover    one table turns reason, payment and outcome into what happens next
 * events                   all along
 * ```
 *
 * Retry owns the loop: nothing else in the library sends a request again that may have been paid for.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { RequestFacts } from "../../schemas/CallEvent.ts"
import type { AttemptFailed, CallFailure } from "../../schemas/Failures.ts"
import type { ModelUse } from "../../schemas/CallTimes.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { Operation, Payment, Provider, QuotaScope } from "../../schemas/Provider.ts"
import { addressOf } from "../transport/Address.ts"
import type { Attempt } from "./Attempt.ts"

/**
 * The key of a request: one of the account's, lent by the vault for each attempt, and sent to this origin alone
 * (`keyOfAccount`); or this very one, to be checked.
 */
export type PlanKey =
  | { readonly _tag: "OfAccount"; readonly scope: QuotaScope; readonly origin: string }
  | { readonly _tag: "Given"; readonly key: Redacted.Redacted<string> }

/** A key of the account of a scope, for requests to this base URL. */
export const keyOfAccount = (scope: QuotaScope, baseURL: string): Extract<PlanKey, { readonly _tag: "OfAccount" }> => ({
  _tag: "OfAccount",
  scope,
  origin: addressOf(baseURL).origin
})

/**
 * One logical request, to be attempted until it succeeds or policy ends it.
 *
 * **Units** `retryLimit` counts retries after the first attempt; back-off is full jitter from `backoffBase` to
 * `backoffCap`. `bound` is reserved for each attempt; `cost` gives what a successful one used.
 */
export interface CallPlan<A> {
  readonly provider: Provider
  readonly operation: Operation
  /** Whose quota it counts against; default the provider's own account. */
  readonly scope?: QuotaScope
  readonly payment: Payment
  readonly request: RequestFacts
  readonly attemptTimeout: Duration.Duration
  readonly retryLimit: number
  readonly backoffBase: Duration.Duration
  readonly backoffCap: Duration.Duration
  /** Absent for a request that carries none. */
  readonly key?: PlanKey
  /** Texts that must not be in a log or a crash report: the prompt. */
  readonly privateTexts: ReadonlyArray<string>
  readonly bound: Cost
  readonly cost: (answer: A) => Cost
  readonly attempt: (attempt: Attempt) => Effect.Effect<A, AttemptFailed>
  /**
   * Whether a part of an answer has already been passed on to whoever asked: then the request is never sent again, because
   * he would hear its beginning twice. Default never.
   */
  readonly isPassedOn?: () => boolean
  /** What a model used for the answer, to be told. */
  readonly use?: (answer: A) => ModelUse
  /** What the request is about, for its span. */
  readonly subject?: CallSubject
}

/** What the span of a request says of it. **Units** `url` without anything secret in its query. */
export interface CallSubject {
  readonly model?: string
  readonly jobId?: string
}

/** What a call came to. */
export interface CallResult<A> {
  readonly answer: A
  readonly attempts: number
  readonly cost: Cost
}

/**
 * The service. It runs inside the current call (`withCall`); where there is none, it begins one.
 *
 * **Errors** `Rejection` if no attempt could begin (also for want of money: `BudgetExhausted`, `PriceUnknown`), else `ApiError` with the reason of the last attempt.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { DeepSeek, keyOfAccount, LiveSettings, Pipeline } from "@ludeng/providers"
 * import { noCost } from "@ludeng/providers/schemas/Money"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const models = Effect.gen(function* () {
 *   const { settings } = yield* LiveSettings.use((it) => it.current)
 *   const deepSeek = yield* DeepSeek
 *   const { backoffBase, backoffCap, attemptTimeout, retryLimit, baseURL } = settings.deepseek
 *   const pipeline = yield* Pipeline
 *   return yield* pipeline.run({
 *     provider: "deepseek",
 *     operation: "probe",
 *     payment: "free",
 *     request: { fieldLengths: {}, bodySha256: "", parameters: {} },
 *     attemptTimeout: attemptTimeout.probe,
 *     retryLimit,
 *     backoffBase,
 *     backoffCap,
 *     key: keyOfAccount("deepseek", baseURL),
 *     privateTexts: [],
 *     bound: noCost,
 *     cost: () => noCost,
 *     attempt: (attempt) => deepSeek.models(settings.deepseek, attempt)
 *   })
 * })
 * const { answer, attempts } = await Effect.runPromise(Effect.provide(models, Mock.layer))
 * answer.includes("deepseek-flash") // => true
 * attempts // => 1
 * ```
 */
export class Pipeline extends Context.Service<
  Pipeline,
  {
    readonly run: <A>(plan: CallPlan<A>) => Effect.Effect<CallResult<A>, CallFailure>
  }
>()("@ludeng/providers/pipeline/Pipeline") {}
