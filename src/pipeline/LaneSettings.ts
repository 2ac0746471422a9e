/**
 * What the settings say of a door: its limits, its queue, its slots. Pure.
 */
import type { Operation, QuotaScope } from "../../schemas/Provider.ts"
import type { Quota } from "../policy/rate-limit/PermitStores.ts"
import { type RateLimits, rateLimitList } from "../../schemas/RateLimit.ts"
import type { Settings } from "../../schemas/Settings.ts"
import type { BulkheadOptions } from "../policy/bulkhead/Bulkhead.ts"
import type { LaneOptions } from "../policy/rate-limit/Lane.ts"
import { fallbackSettingsOf } from "../settings/FallbackSettings.ts"
import type { RateTier } from "../policy/rate-limit/RateTier.ts"

/** The operations of each account. */
export const operationsOf: Readonly<Record<QuotaScope, ReadonlyArray<Operation>>> = {
  deepseek: ["chat", "probe"],
  nanobanana: ["submit", "status", "cancel", "download", "probe"],
  "nanobanana-fallback": ["submit", "status", "cancel", "download", "probe"]
}

const tiersOf = (limits: RateLimits | undefined): ReadonlyArray<RateTier> =>
  limits === undefined
    ? []
    : rateLimitList(limits).map(({ requests, window }) => ({ limit: requests, windowMillis: window * 1_000 }))

const limitsOf = (settings: Settings, scope: QuotaScope, operation: Operation): RateLimits | undefined => {
  if (scope === "deepseek") {
    return operation === "chat" ? settings.deepseek.rateLimit : settings.deepseek.rateLimits.probe
  }
  const { rateLimit, rateLimits } = settings.nanobanana
  switch (operation) {
    case "submit":
      return rateLimit
    case "status":
      return rateLimits.status
    case "download":
      return rateLimits.download
    case "chat":
    case "probe":
    case "cancel":
      return undefined
  }
}

/** The quota that a door draws on. The second image provider has no address until it is set. */
export const quotaOf = (settings: Settings, scope: QuotaScope, operation: Operation): Quota => {
  const { deepseek, nanobanana } = settings
  const baseURL = { deepseek, nanobanana, "nanobanana-fallback": fallbackSettingsOf(nanobanana) }[scope]?.baseURL ?? ""
  return { scope, operation, baseURL }
}

/** The options of a lane. */
export const laneOptionsOf = (settings: Settings, scope: QuotaScope, operation: Operation): LaneOptions => {
  const provider = settings[scope === "deepseek" ? "deepseek" : "nanobanana"]
  return {
    tiers: tiersOf(limitsOf(settings, scope, operation)),
    accounting: provider.accounting,
    queueLimit: provider.queueLimit,
    use: operation === "status" || operation === "download" || operation === "cancel" ? "kept" : "ordinary"
  }
}

/** The options of a scope's slots. */
export const bulkheadOptionsOf = (settings: Settings, scope: QuotaScope): BulkheadOptions => ({
  concurrency: settings[scope === "deepseek" ? "deepseek" : "nanobanana"].concurrency,
  keepsOne: scope !== "deepseek"
})
