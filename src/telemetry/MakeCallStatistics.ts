/**
 * Builds `CallStatistics`, and shows the same numbers as Effect metrics: `ludeng_attempts_total` and its kin, labelled by
 * provider and operation (and reason). The label sets are closed: no prompt, key or job adds a series.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { Operation, Provider } from "../../schemas/Provider.ts"
import type { ReasonTag } from "../../schemas/Reason.ts"
import { CallStatistics, type OperationStatistics } from "./CallStatistics.ts"

type Counters = { -readonly [Field in keyof OperationStatistics]: OperationStatistics[Field] } & {
  readonly failures: Map<ReasonTag, number>
}

const countersOf = (provider: Provider, operation: Operation): Counters => ({
  provider,
  operation,
  calls: 0,
  attempts: 0,
  firstAttempts: 0,
  retries: 0,
  succeeded: 0,
  failed: 0,
  rescued: 0,
  givenUp: 0,
  failures: new Map()
})

const shown = [
  ["calls", "ludeng_calls_total", "Calls begun"],
  ["attempts", "ludeng_attempts_total", "Requests begun"],
  ["retries", "ludeng_retries_total", "Requests begun after a failed one of the same call"],
  ["succeeded", "ludeng_calls_succeeded_total", "Calls that succeeded"],
  ["failed", "ludeng_calls_failed_total", "Calls that failed"],
  ["rescued", "ludeng_calls_rescued_total", "Calls that succeeded after a failed attempt"],
  ["givenUp", "ludeng_calls_given_up_total", "Calls that failed after a retry, or were stopped before one"]
] as const

/** Counts one event. `onNewReason` hears of a reason that the operation has not failed of before. */
const countIn = (counters: Counters, event: CallEvent, onNewReason: (reason: ReasonTag) => void): void => {
  switch (event._tag) {
    case "CallStarted":
      counters.calls += 1
      return
    case "AttemptStarted":
      counters.attempts += 1
      if (event.attempt === 1) counters.firstAttempts += 1
      else counters.retries += 1
      return
    case "AttemptFailed": {
      const reason = event.failure.reason._tag
      const before = counters.failures.get(reason)
      counters.failures.set(reason, (before ?? 0) + 1)
      if (before === undefined) onNewReason(reason)
      return
    }
    case "CallSucceeded":
      counters.succeeded += 1
      if (event.attempts > 1) counters.rescued += 1
      return
    case "CallFailed":
      counters.failed += 1
      if (event.attempts > 1 || event.stoppedBy !== undefined) counters.givenUp += 1
      return
    default:
      return
  }
}

/** Makes the service. The metrics read the numbers in place: a call pays nothing for them. */
export const make: Effect.Effect<CallStatistics["Service"]> = Effect.gen(function* () {
  const context = yield* Effect.context<never>()
  const byName = new Map<string, Counters>()

  const show = (name: string, description: string, attributes: Record<string, string>, count: () => number): void => {
    Metric.registerUnsafe(Metric.counter(name, { description, attributes, incremental: true }), context, {
      get: () => ({ count: count(), incremental: true }),
      update: () => undefined,
      modify: () => undefined
    })
  }

  const showReason = (counters: Counters, reason: ReasonTag): void =>
    show(
      "ludeng_attempts_failed_total",
      "Requests that failed, by reason",
      { provider: counters.provider, operation: counters.operation, reason },
      () => counters.failures.get(reason) ?? 0
    )

  const countersFor = (provider: Provider, operation: Operation): Counters => {
    const name = `${provider} ${operation}`
    const existing = byName.get(name)
    if (existing !== undefined) return existing
    const counters = countersOf(provider, operation)
    byName.set(name, counters)
    for (const [field, metric, description] of shown) {
      show(metric, description, { provider, operation }, () => counters[field])
    }
    return counters
  }

  return CallStatistics.of({
    count: (event) => {
      if (!("provider" in event)) return
      const counters = countersFor(event.provider, event.operation)
      countIn(counters, event, (reason) => showReason(counters, reason))
    },
    snapshot: Effect.sync(() => [...byName.values()].map((it) => ({ ...it, failures: new Map(it.failures) })))
  })
})
