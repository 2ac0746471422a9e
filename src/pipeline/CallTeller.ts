/**
 * Tells what happens in one call, as events. It fills in what all events of the call share, and reads the clocks.
 *
 * What goes well is told in one synchronous step; what fails also leaves a line in the log, and is an effect.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { AdmissionFacts, CallEvent } from "../../schemas/CallEvent.ts"
import type { AttemptFailed, StoppedBy } from "../../schemas/Failures.ts"
import type { Cost } from "../../schemas/Money.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import { CallEvents, type CallObserver } from "../telemetry/CallEvents.ts"
import type { CallStatistics } from "../telemetry/CallStatistics.ts"
import { emit, observeSafely } from "../telemetry/Emit.ts"
import type { Call } from "./CurrentCall.ts"
import type { CallPlan } from "./Pipeline.ts"

/** Whose events are told, and to whom. **Units** `begunAt` in milliseconds of the monotonic clock. */
export interface CallTellerParts {
  readonly plan: Pick<CallPlan<unknown>, "provider" | "operation" | "request">
  readonly call: Pick<Call, "callId" | "owner">
  readonly begunAt: number
  readonly clock: Clock.Clock
  readonly fiber: Pick<Fiber.Fiber<unknown, unknown>, "getRef">
  readonly statistics?: CallStatistics["Service"]
}

/** Tells the events of one call. */
export class CallTeller {
  readonly #parts: CallTellerParts
  readonly #observe: CallObserver
  #hasThrown = false

  constructor(parts: CallTellerParts) {
    this.#parts = parts
    const observe = observeSafely(parts.fiber.getRef(CallEvents), () => {
      this.#hasThrown = true
    })
    const statistics = parts.statistics
    this.#observe =
      statistics === undefined
        ? observe
        : (event) => {
            statistics.count(event)
            observe(event)
          }
  }

  /** Whether the observer threw at something that was told without a line in the log. */
  get hasThrown(): boolean {
    return this.#hasThrown
  }

  callStarted(): void {
    this.#observe({ _tag: "CallStarted", ...this.#common(), request: this.#parts.plan.request })
  }

  attemptStarted(attempt: number, admission: AdmissionFacts): void {
    this.#observe({ _tag: "AttemptStarted", ...this.#common(), attempt, admission })
  }

  attemptSucceeded(attempt: number, begunAt: number): void {
    this.#observe({ _tag: "AttemptSucceeded", ...this.#common(), attempt, elapsed: this.#since(begunAt) })
  }

  callSucceeded(attempts: number, cost: Cost): void {
    const elapsed = this.#since(this.#parts.begunAt)
    this.#observe({ _tag: "CallSucceeded", ...this.#common(), attempts, elapsed, cost })
  }

  retryScheduled(attempt: number, delay: Duration.Duration): void {
    this.#observe({ _tag: "RetryScheduled", ...this.#common(), attempt, delay })
  }

  attemptFailed(attempt: number, begunAt: number, failure: AttemptFailed): Effect.Effect<void> {
    return this.#log({
      _tag: "AttemptFailed",
      ...this.#common(),
      attempt,
      elapsed: this.#since(begunAt),
      failure,
      request: this.#parts.plan.request
    })
  }

  callFailed(
    failure: Pick<AttemptFailed, "reason" | "outcome" | "status" | "providerRequestId">,
    attempts: number,
    stoppedBy: StoppedBy | undefined
  ): Effect.Effect<void> {
    return this.#log({
      _tag: "CallFailed",
      ...this.#common(),
      attempts,
      elapsed: this.#since(this.#parts.begunAt),
      reason: failure.reason,
      outcome: failure.outcome,
      request: this.#parts.plan.request,
      ...(stoppedBy === undefined ? {} : { stoppedBy }),
      ...(failure.status === undefined ? {} : { status: failure.status }),
      ...(failure.providerRequestId === undefined ? {} : { providerRequestId: failure.providerRequestId })
    })
  }

  defectCaught(defect: Error): Effect.Effect<void> {
    return this.#log({ _tag: "DefectCaught", ...this.#common(), stack: defect.stack ?? defect.message })
  }

  #log(event: CallEvent): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#parts.statistics?.count(event)
      return emit(event)
    })
  }

  #common() {
    const { call, clock, plan } = this.#parts
    return {
      callId: call.callId,
      owner: call.owner,
      provider: plan.provider,
      operation: plan.operation,
      at: clock.currentTimeMillisUnsafe()
    }
  }

  #since(begunAt: number): Duration.Duration {
    return Duration.millis(millisOf(this.#parts.clock) - begunAt)
  }
}
