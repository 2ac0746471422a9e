/**
 * What follows when the provider refuses the key of a request.
 *
 * | the provider refused the key (401), and the free endpoint | the key | the call |
 * | --- | --- | --- |
 * | does not know it either | is retired | goes on with the next key at once |
 * | knows it | stays | fails |
 * | does not exist | is set aside, and retired the second time | goes on with the next key at once |
 * | could not be asked | is set aside | goes on with the next key at once |
 *
 * The next key is one attempt more: it comes out of the same budget, and waits for no back-off. Without a next key the
 * call fails.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { AttemptFailed, CallFailure } from "../../schemas/Failures.ts"
import { noCost } from "../../schemas/Money.ts"
import type { Settings } from "../../schemas/Settings.ts"
import type { KeyCheck } from "../vault/KeyCheck.ts"
import type { KeyVerdict } from "../vault/KeyRing.ts"
import type { KeyVault, LentKey } from "../vault/KeyVault.ts"
import { CurrentCall } from "./CurrentCall.ts"
import { failed } from "./EndCall.ts"
import type { CallPlan, CallResult } from "./Pipeline.ts"
import { isUsedUp, type Run } from "./Run.ts"

/** Whether the refusal of a key proves that nothing was processed: then the request may be sent with another one. */
const mayGoOn = <A>({ plan }: Run<A>, { outcome }: AttemptFailed): boolean =>
  plan.payment !== "paidSubmit" || outcome === "NotSent" || outcome === "Refused"

/**
 * Ends the call, or succeeds where its request is to be sent again with another key. `ask` asks the free endpoint; nobody
 * waits for it longer than for the call: `left`.
 */
export const goOnWithNextKey = Effect.fnUntraced(function* <A>(
  vault: KeyVault["Service"],
  run: Run<A>,
  lent: LentKey,
  failure: AttemptFailed,
  ask: Effect.Effect<KeyVerdict>,
  left: Duration.Duration
): Effect.fn.Return<void, CallFailure> {
  const verdict = yield* run.restore(Effect.timeoutOption(vault.refused(lent, ask), left))
  if (run.keyWish === undefined || verdict._tag === "None" || verdict.value === "accepted")
    return yield* failed(run, failure)
  run.keyWish = { ...run.keyWish, except: [...(run.keyWish.except ?? []), lent.id] }
  if (!mayGoOn(run, failure) || !vault.has(run.keyWish)) return yield* failed(run, failure)
  if (isUsedUp(run)) return yield* failed(run, failure, "AttemptsExhausted")
  run.tell.retryScheduled(run.attempts, Duration.zero)
})

/** How a key is asked about at the free endpoint of its account, through its own door; with the one key, and once. */
export const keyQuestion = (
  { door }: Pick<Run<unknown>, "door">,
  lent: LentKey,
  settings: Settings,
  check: KeyCheck["Service"],
  run: (plan: CallPlan<unknown>) => Effect.Effect<CallResult<unknown>, CallFailure>
): Effect.Effect<KeyVerdict> => {
  const question = check.question(door.scope, settings)
  if (question === undefined) return Effect.succeed("unconfirmed")
  const { attemptTimeout, backoffBase, backoffCap } = settings.deepseek
  const plan: CallPlan<unknown> = {
    provider: "deepseek",
    operation: "probe",
    scope: door.scope,
    payment: "free",
    request: { fieldLengths: {}, bodySha256: "", parameters: {} },
    attemptTimeout: attemptTimeout.probe,
    retryLimit: 1,
    backoffBase,
    backoffCap,
    key: { _tag: "Given", key: lent.key },
    privateTexts: [],
    bound: noCost,
    cost: () => noCost,
    attempt: question
  }
  return Effect.match(Effect.provideService(run(plan), CurrentCall, undefined), {
    onSuccess: () => "accepted" as const,
    onFailure: (failure) => (failure.reason._tag === "KeyRejected" ? "rejected" : "unreachable")
  })
}
