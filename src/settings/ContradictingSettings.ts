/**
 * Settings that can each be used, and not together: what must be at most as long as another; and those that can not be
 * used without another. Pure.
 */
import * as Duration from "effect/Duration"
import type { Settings } from "../../schemas/Settings.ts"
import type { SettingPath } from "./Variables.ts"

/** Two places of which the first must not be longer than the second. */
export interface Order {
  readonly shorter: SettingPath
  readonly longer: SettingPath
}

const orders: ReadonlyArray<
  Order & { readonly of: (settings: Settings) => readonly [Duration.Duration, Duration.Duration] }
> = [
  {
    shorter: "deepseek.cacheTtl",
    longer: "deepseek.cacheStale",
    of: ({ deepseek }) => [deepseek.cacheTtl, deepseek.cacheStale]
  },
  {
    shorter: "deepseek.backoffBase",
    longer: "deepseek.backoffCap",
    of: ({ deepseek }) => [deepseek.backoffBase, deepseek.backoffCap]
  },
  {
    shorter: "nanobanana.backoffBase",
    longer: "nanobanana.backoffCap",
    of: ({ nanobanana }) => [nanobanana.backoffBase, nanobanana.backoffCap]
  },
  {
    shorter: "nanobanana.pollFirst",
    longer: "nanobanana.pollCap",
    of: ({ nanobanana }) => [nanobanana.pollFirst, nanobanana.pollCap]
  }
]

/** The orders that the settings break. */
export const brokenOrders = (settings: Settings): ReadonlyArray<Order> =>
  orders.filter(({ of }) => {
    const [shorter, longer] = of(settings)
    return Duration.isGreaterThan(shorter, longer)
  })

const pairs: ReadonlyArray<readonly [SettingPath, SettingPath]> = [["alerts.webhookUrl", "alerts.webhookSecret"]]

/** Places that are given without the one they need. */
export const lackingPartners = (
  given: ReadonlySet<SettingPath>
): ReadonlyArray<{ readonly given: SettingPath; readonly missing: SettingPath }> =>
  pairs
    .flatMap(([one, other]) => [
      { given: one, missing: other },
      { given: other, missing: one }
    ])
    .filter((it) => given.has(it.given) && !given.has(it.missing))
