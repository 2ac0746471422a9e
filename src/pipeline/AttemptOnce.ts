/**
 * One attempt, between the reservation of its money and what became of it: settled, released or held on every way out,
 * interruption and defects included.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { AttemptFailed } from "../../schemas/Failures.ts"
import { type Cost, noCost } from "../../schemas/Money.ts"
import type { CostLedger, MoneyMove } from "../money/CostLedger.ts"
import { recover } from "../policy/recovery/Recovery.ts"
import { echoes } from "../provider/ProviderText.ts"
import { redactDefect, redactedMark } from "../telemetry/Redaction.ts"
import type { Attempt } from "./Attempt.ts"
import type { CallTeller } from "./CallTeller.ts"
import type { Call } from "./CurrentCall.ts"
import type { CallPlan } from "./Pipeline.ts"

/** What an attempt came to, and what it cost. */
export interface Attempted<A> {
  readonly result: Result.Result<A, AttemptFailed>
  readonly cost: Cost
}

const atBound = (bound: Cost): Cost => (bound.usdMicros === null ? bound : { ...bound, basis: "estimated" })

/** What an attempt that failed leaves to be paid. */
const moveAfterFailure = (failure: AttemptFailed, plan: Pick<CallPlan<unknown>, "payment" | "bound">): MoneyMove => {
  switch (recover(failure.reason, plan.payment, failure.outcome).money) {
    case "release":
      return { _tag: "Release" }
    case "settleAtBound":
      return { _tag: "Settle", cost: atBound(plan.bound) }
    case "hold":
      return { _tag: "Keep" }
  }
}

/** Makes the attempt. Failures come back as values; interruption and defects end it, the latter without secrets. */
export const attemptOnce = <A>(
  plan: CallPlan<A>,
  attempt: Attempt,
  call: Call,
  ledger: CostLedger["Service"],
  tell: CallTeller
): Effect.Effect<Attempted<A>> => {
  const reservation = {
    reference: `call:${call.callId}:${call.attempts.count}`,
    callId: call.callId,
    owner: call.owner,
    provider: plan.provider,
    operation: plan.operation
  }
  // Only metered requests are paid for attempt by attempt; the price of an image is held by its job.
  const move = (it: MoneyMove) => (plan.payment === "metered" ? ledger.move(reservation, it) : Effect.void)
  let wasSent = false
  const observer = {
    onSend: () => {
      wasSent = true
    },
    onFirstByte: () => {}
  }
  return Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      yield* move({ _tag: "Hold", bound: plan.bound })
      const exit = yield* Effect.exit(restore(plan.attempt({ ...attempt, observer })))
      if (Exit.isSuccess(exit)) {
        const cost = plan.cost(exit.value)
        yield* move({ _tag: "Settle", cost })
        return { result: Result.succeed(exit.value), cost }
      }
      const failure = Cause.findErrorOption(exit.cause)
      if (failure._tag === "Some") {
        const after = moveAfterFailure(failure.value, plan)
        yield* move(after)
        return {
          result: Result.fail(withoutEchoes(failure.value, secretsOf(plan))),
          cost: after._tag === "Settle" ? after.cost : noCost
        }
      }
      yield* move(wasSent ? { _tag: "Settle", cost: atBound(plan.bound) } : { _tag: "Release" })
      if (!Cause.hasDies(exit.cause)) return yield* Effect.interrupt
      const defect = redactDefect(Cause.squash(exit.cause), secretsOf(plan))
      yield* tell.defectCaught(defect)
      return yield* Effect.die(defect)
    })
  )
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

const secretsOf = (plan: Pick<CallPlan<unknown>, "key" | "privateTexts">): ReadonlyArray<string> =>
  plan.key === undefined ? plan.privateTexts : [Redacted.value(plan.key), ...plan.privateTexts]
