/**
 * The key of an attempt: the very one that its plan holds, or the one of the account that was lent for it.
 */
import type * as Redacted from "effect/Redacted"
import type { LentKey } from "../vault/KeyVault.ts"
import type { CallPlan } from "./Pipeline.ts"

/** Where an attempt's key is. */
export interface AttemptKey {
  readonly plan: Pick<CallPlan<never>, "key">
  readonly lent: LentKey | undefined
}

/** The key; `undefined` for a request that carries none. */
export const keyOf = ({ lent, plan }: AttemptKey): Redacted.Redacted<string> | undefined =>
  plan.key?._tag === "Given" ? plan.key.key : lent?.key
