/**
 * Tells what happens in one call: counts it, and hands it as an event to whoever listens. It fills in what all events of
 * the call share, and reads the clocks.
 *
 * What goes well is told in one synchronous step, and costs next to nothing where nobody listens; what fails also leaves
 * a line in the log, and is an effect.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Redacted from "effect/Redacted"
import type { AdmissionFacts, CallEvent } from "../../schemas/CallEvent.ts"
import type { CallTimes, ModelUse } from "../../schemas/CallTimes.ts"
import type { AttemptFailed, StoppedBy } from "../../schemas/Failures.ts"
import type { Cost } from "../../schemas/Money.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import { isLogged, logEvent } from "../telemetry/CallLog.ts"
import { type Exchange, listenerOf, type Recorder } from "../telemetry/CallRecorder.ts"
import type { OperationCounters } from "../telemetry/CallStatistics.ts"
import { emit } from "../telemetry/Emit.ts"
import type { Answer } from "../transport/Transport.ts"
import type { Door } from "./AdmissionControl.ts"
import { answerIdOf } from "./AnswerId.ts"
import { type AttemptKey, keyOf } from "./AttemptKey.ts"
import { CallTimer } from "./CallTimer.ts"
import type { Call } from "./CurrentCall.ts"
import type { CallPlan } from "./Pipeline.ts"

/** How the attempt under way was let in, and with which key. */
type LetIn = Pick<Extract<CallEvent, { readonly _tag: "AttemptStarted" }>, "admission" | "keyId">

const notYet: LetIn = { admission: { waited: Duration.zero, circuit: "Closed" } }

/** Whose events are told, and to whom. **Units** `begunAt` in milliseconds of the monotonic clock. */
export interface CallTellerParts {
  readonly plan: Pick<CallPlan<never>, "provider" | "operation" | "request"> &
    Partial<Pick<CallPlan<never>, "privateTexts">>
  readonly call: Pick<Call, "callId" | "owner" | "history" | "summary">
  readonly begunAt: number
  readonly clock: Clock.Clock
  readonly fiber: Pick<Fiber.Fiber<unknown, unknown>, "getRef">
  readonly counters?: OperationCounters | undefined
  /** The recorder of the layer that the pipeline was built in. */
  readonly recorder?: Recorder | undefined
}

/** Tells the events of one call. **Units** instants in milliseconds of the monotonic clock. */
export class CallTeller {
  readonly #parts: CallTellerParts
  readonly #listen: Recorder | undefined
  #hasThrown = false
  #letIn = notYet
  #request: string | undefined
  #answer: Answer | undefined
  #key: Redacted.Redacted<string> | undefined
  readonly #timer: CallTimer | undefined
  readonly #isLogged: boolean

  constructor(parts: CallTellerParts) {
    this.#parts = parts
    this.#isLogged = isLogged(parts.fiber, "Debug")
    this.#listen = listenerOf(parts.fiber, () => void (this.#hasThrown = true), parts.recorder)
    const isTimed = this.#listen !== undefined || this.#isLogged || parts.call.summary !== undefined
    if (isTimed) this.#timer = new CallTimer(parts.begunAt)
  }

  /** Whether the observer threw at something that was told without a line in the log. */
  get hasThrown(): boolean {
    return this.#hasThrown
  }

  callStarted(): void {
    const { counters, plan } = this.#parts
    if (counters !== undefined) counters.calls += 1
    this.#listen?.({ _tag: "CallStarted", ...this.#common(), request: plan.request }, undefined)
  }

  attemptStarted(attempt: number, admission: () => AdmissionFacts, key: AttemptKey): void {
    const { counters } = this.#parts
    if (counters !== undefined) {
      counters.attempts += 1
      if (attempt === 1) counters.firstAttempts += 1
      else counters.retries += 1
    }
    const timer = this.#timer
    if (timer === undefined) return
    const at = this.#now()
    this.#letIn = key.lent === undefined ? { admission: admission() } : { admission: admission(), keyId: key.lent.id }
    this.#request = undefined
    this.#answer = undefined
    this.#key = keyOf(key)
    timer.waited(Duration.toMillis(this.#letIn.admission.waited), at)
    timer.attemptStarted(at)
    this.#listen?.({ _tag: "AttemptStarted", ...this.#common(), attempt, ...this.#letIn }, undefined)
  }

  /** So long was waited at a door that then refused. **Units** milliseconds. */
  waited(millis: number): void {
    this.#timer?.waited(millis, this.#now())
  }

  /** Nothing was sent: the time at the door is all that the call took. */
  turnedAway(): void {
    this.#times()
  }

  connected(millis: number): void {
    this.#timer?.connected(millis)
  }

  sent(): void {
    this.#timer?.sent(this.#now())
  }

  firstByteCame(): void {
    this.#timer?.firstByteCame(this.#now())
  }

  /** What went over the wire is kept by reference, for the recorder, until the attempt has ended. */
  exchanged(request: string | undefined, answer: Answer | undefined): void {
    if (this.#timer === undefined) return
    this.#timer.lastByteCame(this.#now())
    this.#request = request
    this.#answer = answer
  }

  /** The last attempt has succeeded, and the call with it. Gives the line for the log, where it is wanted. */
  succeeded(
    attempts: number,
    begunAt: number,
    endedAt: number,
    cost: Cost,
    use?: () => ModelUse | undefined
  ): Effect.Effect<void> | undefined {
    const { begunAt: callBegunAt, counters } = this.#parts
    if (counters !== undefined) {
      counters.succeeded += 1
      if (attempts > 1) counters.rescued += 1
    }
    const timer = this.#timer
    if (timer === undefined) return undefined
    timer.attemptEnded(endedAt)
    const common = this.#common()
    this.#listen?.(
      {
        _tag: "AttemptSucceeded",
        ...common,
        attempt: attempts,
        elapsed: Duration.millis(endedAt - begunAt),
        ...this.#letIn,
        request: this.#parts.plan.request
      },
      this.#exchange()
    )
    const used = use?.()
    const providerRequestId = answerIdOf(this.#answer, this.#key, this.#parts.plan.privateTexts ?? [])
    const event: CallEvent = {
      _tag: "CallSucceeded",
      ...common,
      attempts,
      elapsed: Duration.millis(endedAt - callBegunAt),
      cost,
      ...this.#times(endedAt),
      ...(used === undefined ? {} : { use: used }),
      ...(providerRequestId === undefined ? {} : { providerRequestId })
    }
    this.#listen?.(event, undefined)
    return this.#isLogged ? logEvent(event) : undefined
  }

  /** The attempt was cut off. */
  interrupted(attempt: number, begunAt: number, isSent: boolean): void {
    this.#timer?.attemptEnded(this.#now())
    this.#listen?.(
      {
        _tag: "AttemptInterrupted",
        ...this.#common(),
        attempt,
        elapsed: this.#since(begunAt),
        ...this.#letIn,
        isSent,
        request: this.#parts.plan.request
      },
      this.#exchange()
    )
  }

  callInterrupted(
    attempts: number,
    cost: Cost,
    during: Extract<CallEvent, { readonly _tag: "CallInterrupted" }>["during"]
  ): void {
    if (this.#parts.counters !== undefined) this.#parts.counters.interrupted += 1
    const elapsed = this.#since(this.#parts.begunAt)
    const times = this.#times()
    this.#listen?.({ _tag: "CallInterrupted", ...this.#common(), attempts, elapsed, cost, during, ...times }, undefined)
  }

  retryScheduled(attempt: number, delay: Duration.Duration): void {
    this.#timer?.pauseBegan(this.#now())
    this.#listen?.({ _tag: "RetryScheduled", ...this.#common(), attempt, delay }, undefined)
  }

  /** The provider has asked for a pause, or for a longer one. */
  roomPaused({ operation, scope }: Pick<Door, "scope" | "operation">, pause: Duration.Duration): void {
    const at = this.#parts.clock.currentTimeMillisUnsafe()
    this.#listen?.({ _tag: "RoomPaused", scope, operation, at, pause }, undefined)
  }

  attemptFailed(attempt: number, begunAt: number, failure: AttemptFailed): Effect.Effect<void> {
    const { call, clock, counters } = this.#parts
    counters?.countFailure(failure.reason._tag)
    this.#timer?.attemptEnded(this.#now())
    call.history.add(attempt, failure, clock.currentTimeMillisUnsafe())
    return this.#log(() => ({
      _tag: "AttemptFailed",
      ...this.#common(),
      attempt,
      elapsed: this.#since(begunAt),
      ...this.#letIn,
      failure,
      request: this.#parts.plan.request
    }))
  }

  callFailed(
    failure: Pick<AttemptFailed, "reason" | "outcome" | "status" | "providerRequestId">,
    attempts: number,
    cost: Cost,
    stoppedBy: StoppedBy | undefined
  ): Effect.Effect<void> {
    const { begunAt, counters, plan } = this.#parts
    if (counters !== undefined) {
      counters.failed += 1
      if (attempts > 1 || stoppedBy !== undefined) counters.givenUp += 1
    }
    return this.#log(() => ({
      _tag: "CallFailed",
      ...this.#common(),
      attempts,
      elapsed: this.#since(begunAt),
      reason: failure.reason,
      outcome: failure.outcome,
      cost,
      request: plan.request,
      ...this.#times(),
      ...(stoppedBy === undefined ? {} : { stoppedBy }),
      ...(failure.status === undefined ? {} : { status: failure.status }),
      ...(failure.providerRequestId === undefined ? {} : { providerRequestId: failure.providerRequestId })
    }))
  }

  defectCaught(defect: Error, cost: Cost): Effect.Effect<void> {
    const stack = defect.stack ?? defect.message
    return this.#log(() => ({ _tag: "DefectCaught", ...this.#common(), stack, cost }))
  }

  #log(event: () => CallEvent): Effect.Effect<void> {
    return Effect.suspend(() => {
      const told = event()
      return emit(told, told._tag === "AttemptFailed" ? this.#exchange() : undefined, this.#parts.recorder)
    })
  }

  #times(at = this.#now()): { readonly times?: CallTimes } {
    const times = this.#timer?.times(at)
    if (times === undefined) return {}
    this.#parts.call.summary?.requestEnded(this.#parts.plan.provider, this.#parts.plan.operation, times)
    return { times }
  }

  #now(): number {
    return millisOf(this.#parts.clock)
  }

  #exchange(): Exchange | undefined {
    return this.#request === undefined && this.#answer === undefined
      ? undefined
      : { request: this.#request, answer: this.#answer, key: this.#key }
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
