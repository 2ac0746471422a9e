import { KeyId, type KeyRecord } from "../../../schemas/Key.ts"
import type { QuotaScope } from "../../../schemas/Provider.ts"

export const origin = "https://api.deepseek.com"

/** A key as it was just added. */
export const keyOf = (name: string, own: Partial<KeyRecord> = {}): KeyRecord => ({
  id: KeyId.make(name),
  scope: "deepseek",
  version: 1,
  account: "default",
  origin,
  source: "vault",
  state: { _tag: "Active" },
  addedAt: 0,
  ...own
})

export const wish = { scope: "deepseek" satisfies QuotaScope, origin } as const
