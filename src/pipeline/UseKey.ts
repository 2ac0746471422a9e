/**
 * The key of a request on its way: lent when the request is let in, given back when its attempt has ended. What follows
 * when the provider refuses it is `AfterRefusedKey.ts`'s.
 */
import * as Effect from "effect/Effect"
import type { AttemptFailed, CallFailure } from "../../schemas/Failures.ts"
import { recover } from "../policy/recovery/Recovery.ts"
import type { KeyVault } from "../vault/KeyVault.ts"
import { keyVariableOfScope } from "../vault/Remedy.ts"
import { failed } from "./EndCall.ts"
import { reject } from "./Reject.ts"
import type { Run } from "./Run.ts"

type Vault = KeyVault["Service"]

/** Whether the request has what it needs: no key, the one that was given, or a healthy one of the account. */
export const hasKey = <A>(vault: Vault, { keyWish }: Run<A>): boolean => keyWish === undefined || vault.has(keyWish)

/** Lends the key of an attempt; false where the account has no healthy one any more. */
export const lendKey = <A>(vault: Vault, run: Run<A>): boolean => {
  if (run.keyWish === undefined) return true
  run.lent = vault.lend(run.keyWish)
  return run.lent !== undefined
}

/** Gives the key of an attempt back, which the provider has taken if `isAccepted`. */
export const giveBackKey = <A>(vault: Vault, run: Run<A>, isAccepted: boolean): void => {
  const { lent } = run
  if (lent === undefined) return
  if (isAccepted && lent.isSetAside) vault.accepted(lent)
  vault.giveBack(lent)
  run.lent = undefined
}

/** No healthy key is left: a rejection where nothing was sent yet, else the refusal of the last key. */
export const withoutKey = <A>(run: Run<A>): Effect.Effect<never, CallFailure> =>
  run.last === undefined
    ? Effect.fail(reject({ _tag: "NoHealthyKey", setting: keyVariableOfScope(run.door.scope) }, run.call.callId))
    : failed(run, run.last)

/** Whether a failure says that its key was refused. */
export const isKeyRefused = <A>({ plan }: Run<A>, failure: AttemptFailed): boolean =>
  recover(failure.reason, plan.payment, failure.outcome).key === "check"
