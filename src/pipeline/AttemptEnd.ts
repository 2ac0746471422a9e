/**
 * What an attempt that failed leaves behind: what the circuit hears, what is paid, and what may be told of it.
 */
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import { AttemptFailed } from "../../schemas/Failures.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { Admission } from "../policy/rate-limit/Admission.ts"
import { recover } from "../policy/recovery/Recovery.ts"
import { hintOf } from "../policy/retry/RetrySchedule.ts"
import { echoes } from "../provider/ProviderText.ts"
import { redactedMark } from "../telemetry/Redaction.ts"
import type { Door } from "./AdmissionControl.ts"
import type { CallPlan } from "./Pipeline.ts"

/**
 * Ends an admission after a failure. The circuit hears of it first: who is let in next is let in by what it makes of it.
 * **Units** `now` in whole milliseconds of the monotonic clock.
 */
export const endAfterFailure = (
  door: Door,
  admission: Admission,
  failure: AttemptFailed,
  payment: CallPlan<never>["payment"],
  now: number
): void => {
  const rule = recover(failure.reason, payment, failure.outcome).breaker
  const hint = hintOf(failure)
  door.circuit.end(
    admission.ticket,
    rule === "ignored" ? "ignored" : "failure",
    { opensAtOnce: rule === "opens", retryAfterMillis: hint === undefined ? undefined : Duration.toMillis(hint) },
    now
  )
  admission.end()
}

const atBound = (bound: Cost): Cost => (bound.usdMicros === null ? bound : { ...bound, basis: "estimated" })

/** What a failed attempt is to be paid with; `undefined` where nothing is, or where it is not known yet. */
export const costAfterFailure = (
  failure: AttemptFailed,
  plan: Pick<CallPlan<never>, "payment" | "bound">
): Cost | undefined =>
  recover(failure.reason, plan.payment, failure.outcome).money === "settleAtBound" ? atBound(plan.bound) : undefined

/** What an attempt that was cut short is to be paid with: all of it, if it may have been sent. */
export const costAfterCut = (isSent: boolean, bound: Cost): Cost | undefined => (isSent ? atBound(bound) : undefined)

/** The texts of a plan that must not be in a log or a crash report. */
export const secretsOf = (
  plan: Pick<CallPlan<never>, "privateTexts">,
  key: Redacted.Redacted<string> | undefined
): ReadonlyArray<string> => (key === undefined ? plan.privateTexts : [Redacted.value(key), ...plan.privateTexts])

/**
 * The failure without what a provider chose the words of, and what may therefore hold a key or a prompt: its id, its
 * host, its media type.
 */
export const withoutEchoes = (failure: AttemptFailed, secrets: ReadonlyArray<string>): AttemptFailed => {
  const { operation, outcome, provider, providerRequestId, reason, status } = failure
  const isTold = (text: unknown): boolean => typeof text === "string" && echoes(text, secrets)
  const chosen = ["host", "contentType", "detail"].filter((name) => isTold(Reflect.get(reason, name)))
  if (chosen.length === 0 && !isTold(providerRequestId)) return failure
  const masks = Object.fromEntries(chosen.map((name) => [name, redactedMark]))
  const id = providerRequestId === undefined || isTold(providerRequestId) ? {} : { providerRequestId }
  const told = status === undefined ? id : { ...id, status }
  return new AttemptFailed({ provider, operation, outcome, reason: { ...reason, ...masks }, ...told })
}
