/**
 * Builds `CallStatistics`, and shows the same numbers as Effect metrics: `ludeng_attempts_total` and its kin, labelled by
 * provider and operation (and reason). The label sets are closed: no prompt, key or job adds a series.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { Operation, Provider } from "../../schemas/Provider.ts"
import type { ReasonTag } from "../../schemas/Reason.ts"
import { CallStatistics, type ManualRetryCounters, type OperationCounters } from "./CallStatistics.ts"

class Counters implements OperationCounters {
  readonly provider: Provider
  readonly operation: Operation
  readonly failures = new Map<ReasonTag, number>()
  readonly #onNewReason: (reason: ReasonTag) => void
  calls = 0
  attempts = 0
  firstAttempts = 0
  retries = 0
  succeeded = 0
  failed = 0
  interrupted = 0
  rescued = 0
  givenUp = 0

  constructor(provider: Provider, operation: Operation, onNewReason: (reason: ReasonTag) => void) {
    this.provider = provider
    this.operation = operation
    this.#onNewReason = onNewReason
  }

  countFailure(reason: ReasonTag): void {
    const before = this.failures.get(reason)
    this.failures.set(reason, (before ?? 0) + 1)
    if (before === undefined) this.#onNewReason(reason)
  }
}

const shown = [
  ["calls", "ludeng_calls_total", "Calls begun"],
  ["attempts", "ludeng_attempts_total", "Requests begun"],
  ["retries", "ludeng_retries_total", "Requests begun after a failed one of the same call"],
  ["succeeded", "ludeng_calls_succeeded_total", "Calls that succeeded"],
  ["failed", "ludeng_calls_failed_total", "Calls that failed"],
  ["rescued", "ludeng_calls_rescued_total", "Calls that succeeded after a failed attempt"],
  ["givenUp", "ludeng_calls_given_up_total", "Calls that failed after a retry, or were stopped before one"]
] as const

const shownOfRetries = [
  ["begun", "ludeng_manual_retries_total", "Failed calls that a person had made again"],
  ["rescued", "ludeng_manual_retries_rescued_total", "Of these the ones that succeeded"],
  ["givenUp", "ludeng_manual_retries_given_up_total", "Of these the ones that failed again"]
] as const

/** Makes the service. The metrics read the numbers in place: a call pays nothing for them. */
export const make: Effect.Effect<CallStatistics["Service"]> = Effect.gen(function* () {
  const context = yield* Effect.context<never>()
  const all: Array<Counters> = []
  const byName: { readonly [P in Provider]: { [O in Operation]?: Counters } } = { deepseek: {}, nanobanana: {} }

  const show = (name: string, description: string, attributes: Record<string, string>, count: () => number): void => {
    Metric.registerUnsafe(Metric.counter(name, { description, attributes, incremental: true }), context, {
      get: () => ({ count: count(), incremental: true }),
      update: () => undefined,
      modify: () => undefined
    })
  }

  const countersOf = (provider: Provider, operation: Operation): Counters => {
    const counters: Counters = new Counters(provider, operation, (reason) =>
      show(
        "ludeng_attempts_failed_total",
        "Requests that failed, by reason",
        { provider, operation, reason },
        () => counters.failures.get(reason) ?? 0
      )
    )
    for (const [field, metric, description] of shown) {
      show(metric, description, { provider, operation }, () => counters[field])
    }
    all.push(counters)
    return counters
  }

  const manualRetries: ManualRetryCounters = { begun: 0, rescued: 0, givenUp: 0 }
  for (const [field, metric, description] of shownOfRetries) {
    show(metric, description, {}, () => manualRetries[field])
  }

  return CallStatistics.of({
    manualRetries,
    counters: (provider, operation) => (byName[provider][operation] ??= countersOf(provider, operation)),
    snapshot: Effect.sync(() =>
      all.map(
        ({
          attempts,
          calls,
          failed,
          failures,
          firstAttempts,
          givenUp,
          interrupted,
          operation,
          provider,
          rescued,
          retries,
          succeeded
        }) => ({
          provider,
          operation,
          calls,
          attempts,
          firstAttempts,
          retries,
          succeeded,
          failed,
          interrupted,
          rescued,
          givenUp,
          failures: new Map(failures)
        })
      )
    )
  })
})
