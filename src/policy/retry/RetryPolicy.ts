/**
 * When failed attempts are repeated, as a service: a host may bring its own `Schedule`.
 *
 * **Gotchas** A policy says when, never whether it is safe: what the recovery table does not retry (a paid submit that
 * may have been processed, above all) is not retried, whatever the schedule says.
 */
import * as Context from "effect/Context"
import type * as Schedule from "effect/Schedule"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import type { RetryOptions } from "./RetrySchedule.ts"

/**
 * The service. Default: `retrySchedule`, capped exponential back-off with full jitter.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { RetryPolicy } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const policy = RetryPolicy.use((it) => Effect.succeed(typeof it.schedule))
 * await Effect.runPromise(Effect.provide(policy, Mock.layer)) // => "function"
 * ```
 */
export class RetryPolicy extends Context.Service<
  RetryPolicy,
  {
    readonly schedule: (options: RetryOptions) => Schedule.Schedule<unknown, AttemptFailed>
  }
>()("@ludeng/providers/policy/retry/RetryPolicy") {}
