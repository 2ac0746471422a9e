/**
 * What became of the calls, in numbers: by provider and operation, and failures by reason. They are counted
 * in place, and read when somebody asks.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Operation, Provider } from "../../schemas/Provider.ts"
import type { ReasonTag } from "../../schemas/Reason.ts"

/**
 * The numbers of one operation.
 *
 * **Units** counts. `firstAttempts` and `retries` make up `attempts`. A call is `rescued` that succeeded after at least
 * one failed attempt, `interrupted` that was given up by its caller, and `givenUp` that failed after at least one retry, or was stopped before the next. `failures`
 * counts failed attempts by reason.
 */
export interface OperationStatistics {
  readonly provider: Provider
  readonly operation: Operation
  readonly calls: number
  readonly attempts: number
  readonly firstAttempts: number
  readonly retries: number
  readonly succeeded: number
  readonly failed: number
  readonly interrupted: number
  readonly rescued: number
  readonly givenUp: number
  readonly failures: ReadonlyMap<ReasonTag, number>
}

/** The numbers of one operation while they are counted, in place. */
export type OperationCounters = {
  -readonly [Field in Exclude<keyof OperationStatistics, "provider" | "operation" | "failures">]: number
} & {
  /** Counts a failed attempt. */
  readonly countFailure: (reason: ReasonTag) => void
}

/**
 * What people's retries of failed calls came to, while they are counted, in place. **Units** counts; of those `begun` the
 * ones neither `rescued` nor `givenUp` are under way, or were cut off.
 */
export interface ManualRetryCounters {
  begun: number
  rescued: number
  givenUp: number
}

/**
 * The service.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { CallStatistics, PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const flaky = Mock.layerWith({ faults: [{ fault: "unavailable", operation: "chat", times: 1 }] })
 * const program = Effect.gen(function* () {
 *   yield* PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))
 *   return yield* CallStatistics.use((it) => it.snapshot)
 * })
 * const [chat] = await Effect.runPromise(Effect.provide(program, flaky))
 * chat?.rescued // => 1
 * chat?.failures.get("ServiceUnavailable") // => 1
 * ```
 */
export class CallStatistics extends Context.Service<
  CallStatistics,
  {
    /** The counters of an operation. */
    readonly counters: (provider: Provider, operation: Operation) => OperationCounters
    /** Retries of failed calls by people. */
    readonly manualRetries: ManualRetryCounters
    /** The numbers now, of every operation that was called. */
    readonly snapshot: Effect.Effect<ReadonlyArray<OperationStatistics>>
  }
>()("@ludeng/providers/telemetry/CallStatistics") {}
