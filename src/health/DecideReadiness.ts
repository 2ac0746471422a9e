/**
 * Whether the program should be sent work. Pure.
 *
 * It should not while it ends, while its stores could not be used (a failure of them less than a minute
 * old), or while every provider that is set is `Down`. A provider that is `Unknown` may well answer.
 */
import type { HealthStatus, NotReadyBecause } from "../../schemas/Health.ts"

/** What is known. `providers` are those that are set. */
export interface ReadinessFacts {
  readonly isEnding: boolean
  readonly hasStoreTrouble: boolean
  readonly providers: ReadonlyArray<HealthStatus>
}

/**
 * Why not; empty where it should.
 *
 * ```ts
 * import { decideReadiness } from "@ludeng/providers"
 *
 * decideReadiness({ isEnding: false, hasStoreTrouble: false, providers: ["Down", "Unknown"] }) // => []
 * decideReadiness({ isEnding: true, hasStoreTrouble: false, providers: ["Down"] }) // => ["ShuttingDown", "EveryProviderDown"]
 * ```
 */
export const decideReadiness = ({
  hasStoreTrouble,
  isEnding,
  providers
}: ReadinessFacts): ReadonlyArray<NotReadyBecause> => [
  ...(isEnding ? (["ShuttingDown"] as const) : []),
  ...(hasStoreTrouble ? (["StoreFailed"] as const) : []),
  ...(providers.length > 0 && providers.every((it) => it === "Down") ? (["EveryProviderDown"] as const) : [])
]
