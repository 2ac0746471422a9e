/**
 * How the program and its providers fare, as one report without I/O and without a secret. What makes a provider `Degraded`
 * or `Down` is the table of `src/health/DecideHealth.ts`.
 */
import * as Schema from "effect/Schema"
import { ActiveMode } from "./DegradedMode.ts"
import { Provider } from "./Provider.ts"
import { ReasonTag } from "./Reason.ts"

/**
 * - `Healthy`: it answers, and every circuit is closed.
 * - `Degraded`: it answers, and some calls fail, or wait for a circuit that recovers.
 * - `Down`: calls to it are refused, or fail with what only a person can mend.
 * - `Unknown`: it was not asked yet, or what failed was on our own side of the network.
 */
export const HealthStatus = Schema.Literals(["Healthy", "Degraded", "Down", "Unknown"])
export type HealthStatus = typeof HealthStatus.Type

/** Why a provider stands as it does: a reason, or one of `NotAsked`, `Answers`, `Recovering`, `LocalFault`. */
export const HealthReason = Schema.Union([
  ReasonTag,
  Schema.Literals(["NotAsked", "Answers", "Recovering", "LocalFault"])
])
export type HealthReason = typeof HealthReason.Type

/** One provider. **Units** `since` in milliseconds since 1970: from when on it has stood so. */
export const ProviderHealth = Schema.Struct({
  provider: Provider,
  status: HealthStatus,
  reason: HealthReason,
  since: Schema.Int
})
export interface ProviderHealth extends Schema.Schema.Type<typeof ProviderHealth> {}

/** Something of our own that can not be used. **Units** `since` in milliseconds since 1970. */
export const HealthTrouble = Schema.Struct({
  part: Schema.Literals(["store", "audit", "vault"]),
  problem: Schema.String,
  since: Schema.Int
})
export interface HealthTrouble extends Schema.Schema.Type<typeof HealthTrouble> {}

/** Why the program should be sent no work: empty where it is ready. */
export const NotReadyBecause = Schema.Literals(["ShuttingDown", "StoreFailed", "EveryProviderDown"])
export type NotReadyBecause = typeof NotReadyBecause.Type

/**
 * The report.
 *
 * **Details** `mode` says whether providers are real. `isLive` is true as long as somebody can answer at all. `isReady`:
 * settings are valid (the program would not have begun without), the stores can be used, it does not end, and at least
 * one of the providers that are set is not `Down`. `degradedModes` are those in force, the oldest first.
 *
 * **Units** `at` in milliseconds since 1970.
 */
export const HealthReport = Schema.Struct({
  at: Schema.Int,
  mode: Schema.Literals(["live", "simulated"]),
  isLive: Schema.Boolean,
  isReady: Schema.Boolean,
  notReadyBecause: Schema.Array(NotReadyBecause),
  providers: Schema.Array(ProviderHealth),
  degradedModes: Schema.Array(ActiveMode),
  troubles: Schema.Array(HealthTrouble)
})
export interface HealthReport extends Schema.Schema.Type<typeof HealthReport> {}
