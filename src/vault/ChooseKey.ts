/**
 * Which key of the ring a call is given. Pure.
 */
import type { KeyId, KeyRecord } from "../../schemas/Key.ts"
import type { QuotaScope } from "../../schemas/Provider.ts"
import type { KeyRing } from "./KeyRing.ts"

/**
 * What a key is wanted for. `except` are those that were refused in the same call already.
 */
export interface KeyWish {
  readonly scope: QuotaScope
  readonly origin: string
  readonly except?: ReadonlyArray<KeyId>
}

/**
 * The first active key of the scope that may be sent to the origin; where there is none, the first that is only set
 * aside; else `undefined`.
 */
export const chooseKey = (ring: KeyRing, { except, origin, scope }: KeyWish): KeyRecord | undefined => {
  const fitting = (tag: KeyRecord["state"]["_tag"]) =>
    ring.find(
      (it) => it.state._tag === tag && it.scope === scope && it.origin === origin && except?.includes(it.id) !== true
    )
  return fitting("Active") ?? fitting("SetAside")
}
