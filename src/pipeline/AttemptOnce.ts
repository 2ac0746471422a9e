/**
 * One attempt with its admission: the reservation of its money before, and after it what became of the permit, the slot,
 * the circuit and the money, on every way out, interruption and defects included.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { AttemptFailed } from "../../schemas/Failures.ts"
import { type Cost, noCost } from "../../schemas/Money.ts"
import type { CostLedger, MoneyMove, ReservationKey } from "../money/CostLedger.ts"
import type { CallOutcome } from "../policy/circuit-breaker/CircuitEvent.ts"
import type { Admission } from "../policy/rate-limit/Admission.ts"
import { recover } from "../policy/recovery/Recovery.ts"
import { hintOf } from "../policy/retry/RetrySchedule.ts"
import { echoes } from "../provider/ProviderText.ts"
import { redactDefect, redactedMark } from "../telemetry/Redaction.ts"
import type { Door } from "./AdmissionControl.ts"
import type { Attempt } from "./Attempt.ts"
import type { CallTeller } from "./CallTeller.ts"
import type { Call } from "./CurrentCall.ts"
import type { CallPlan } from "./Pipeline.ts"

/** What an attempt came to, and what it cost. A failure is a value: whether the call goes on is not decided here. */
export interface Attempted<A> {
  readonly result: { readonly _tag: "Answered"; readonly answer: A } | AttemptFailed
  readonly cost: Cost
}

/** What an attempt is made with. */
export interface AttemptParts<A> {
  readonly plan: CallPlan<A>
  readonly call: Call
  readonly door: Door
  readonly ledger: CostLedger["Service"]
  readonly tell: CallTeller
  /** The monotonic clock. **Units** whole milliseconds. */
  readonly now: () => number
}

/**
 * Makes the attempt. To be called where the caller can not be interrupted; `restore` makes the exchange interruptible.
 * Interruption and defects end it, the latter without secrets.
 */
export const attemptOnce = <A>(
  parts: AttemptParts<A>,
  attempt: Attempt,
  admission: Admission,
  restore: (effect: Effect.Effect<A, AttemptFailed>) => Effect.Effect<A, AttemptFailed>
): Effect.Effect<Attempted<A>> => {
  const { call, ledger, plan } = parts
  const exchange = restore(plan.attempt(attempt))
  if (plan.payment !== "metered") return settled(parts, admission, exchange, undefined)
  const reservation: ReservationKey = {
    reference: `call:${call.callId}:${call.attempts.count}`,
    callId: call.callId,
    owner: call.owner,
    provider: plan.provider,
    operation: plan.operation
  }
  return Effect.andThen(
    ledger.move(reservation, { _tag: "Hold", bound: plan.bound }),
    settled(parts, admission, exchange, reservation)
  )
}

/** Only metered requests are paid for attempt by attempt; the price of an image is held by its job. */
const settled = <A>(
  parts: AttemptParts<A>,
  admission: Admission,
  exchange: Effect.Effect<A, AttemptFailed>,
  reservation: ReservationKey | undefined
): Effect.Effect<Attempted<A>> => {
  const { ledger, plan } = parts
  const moveThen = <B>(move: MoneyMove, then: Effect.Effect<B>): Effect.Effect<B> =>
    reservation === undefined ? then : Effect.andThen(ledger.move(reservation, move), then)
  return Effect.matchCauseEffect(exchange, {
    onSuccess: (answer) => {
      leave(parts, admission, "success")
      const cost = plan.cost(answer)
      return moveThen(
        { _tag: "Settle", cost },
        Effect.succeed<Attempted<A>>({ result: { _tag: "Answered", answer }, cost })
      )
    },
    onFailure: (cause): Effect.Effect<Attempted<A>> => {
      const found = Cause.findErrorOption(cause)
      if (found._tag === "Some") {
        const failure = found.value
        leaveAfter(parts, admission, failure)
        const after = moveAfterFailure(failure, plan)
        const cost = after._tag === "Settle" ? after.cost : noCost
        return moveThen(after, Effect.succeed({ result: withoutEchoes(failure, secretsOf(plan)), cost }))
      }
      leave(parts, admission, "ignored")
      const move: MoneyMove = admission.isSent ? { _tag: "Settle", cost: atBound(plan.bound) } : { _tag: "Release" }
      return moveThen(move, endWith(parts, cause))
    }
  })
}

/** The circuit hears of the outcome first: who is let in next is let in by what it makes of it. */
const leave = (
  { door, now }: Pick<AttemptParts<never>, "door" | "now">,
  admission: Admission,
  outcome: CallOutcome
): void => {
  door.circuit.end(admission.ticket, outcome, undefined, now())
  admission.end()
}

const leaveAfter = <A>({ door, now, plan }: AttemptParts<A>, admission: Admission, failure: AttemptFailed): void => {
  const rule = recover(failure.reason, plan.payment, failure.outcome).breaker
  const hint = hintOf(failure)
  door.circuit.end(
    admission.ticket,
    rule === "ignored" ? "ignored" : "failure",
    { opensAtOnce: rule === "opens", retryAfterMillis: hint === undefined ? undefined : Duration.toMillis(hint) },
    now()
  )
  admission.end()
}

const endWith = <A>(parts: AttemptParts<A>, cause: Cause.Cause<AttemptFailed>): Effect.Effect<never> => {
  if (!Cause.hasDies(cause)) return Effect.interrupt
  const defect = redactDefect(Cause.squash(cause), secretsOf(parts.plan))
  return Effect.andThen(parts.tell.defectCaught(defect), Effect.die(defect))
}

const atBound = (bound: Cost): Cost => (bound.usdMicros === null ? bound : { ...bound, basis: "estimated" })

/** What an attempt that failed leaves to be paid. */
const moveAfterFailure = (failure: AttemptFailed, plan: Pick<CallPlan<never>, "payment" | "bound">): MoneyMove => {
  switch (recover(failure.reason, plan.payment, failure.outcome).money) {
    case "release":
      return { _tag: "Release" }
    case "settleAtBound":
      return { _tag: "Settle", cost: atBound(plan.bound) }
    case "hold":
      return { _tag: "Keep" }
  }
}

/** What a provider chose the words of, and what may therefore hold a key or a prompt: its id, its host, its media type. */
const withoutEchoes = (failure: AttemptFailed, secrets: ReadonlyArray<string>): AttemptFailed => {
  const { operation, outcome, provider, providerRequestId, reason, status } = failure
  const isTold = (text: unknown): boolean => typeof text === "string" && echoes(text, secrets)
  const chosen = ["host", "contentType", "detail"].filter((name) => isTold(Reflect.get(reason, name)))
  if (chosen.length === 0 && !isTold(providerRequestId)) return failure
  const masks = Object.fromEntries(chosen.map((name) => [name, redactedMark]))
  const id = providerRequestId === undefined || isTold(providerRequestId) ? {} : { providerRequestId }
  const told = status === undefined ? id : { ...id, status }
  return new AttemptFailed({ provider, operation, outcome, reason: { ...reason, ...masks }, ...told })
}

const secretsOf = (plan: Pick<CallPlan<never>, "key" | "privateTexts">): ReadonlyArray<string> =>
  plan.key === undefined ? plan.privateTexts : [Redacted.value(plan.key), ...plan.privateTexts]
