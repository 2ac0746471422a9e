/**
 * How a provider fares, from what is known of it. Pure: one function of evidence, circuits and keys.
 *
 * | what is known | status | reason |
 * | --- | --- | --- |
 * | the last failure was on the way there, no other provider has answered since they began, fewer than five others came before, and no circuit of its work is isolated | `Unknown` | `LocalFault` |
 * | five faults without an answer between; those on the way there count where another provider has answered since | `Down` | the last reason |
 * | no account of it has a key that may be used | `Down` | `NoHealthyKey` |
 * | what it was last refused for is the account, and it has answered nothing since | `Down` | that reason |
 * | the circuit of its work (`chat`, `submit`) refuses, in every account that is set | `Down` | `CircuitOpen`, `Isolated` |
 * | any circuit of it is not closed | `Degraded` | `Recovering`, `CircuitOpen`, `Isolated` |
 * | a fault since the last answer, or a fifth of the last attempts (at least five, in two minutes) | `Degraded` | the last reason |
 * | it has answered | `Healthy` | `Answers` |
 * | nothing, or nothing of the last five minutes that was good | `Unknown` | `NotAsked` |
 *
 * The first row that holds decides. An offline laptop, names that resolve nowhere, or a queue of our own that is full make
 * no provider `Down`. A failure counts for five minutes: whoever is sent no work because a provider is `Down` could
 * otherwise never find out that it is back.
 */
import type { HealthReason, HealthStatus } from "../../schemas/Health.ts"
import type { CircuitStateName } from "../../schemas/CallEvent.ts"
import { type ProviderEvidence, recentAttempts } from "./ProviderEvidence.ts"

/** One circuit of a provider. `isWork`: its operation is what the provider is for (`chat`, `submit`). */
export interface CircuitFact {
  readonly isWork: boolean
  readonly state: CircuitStateName
}

/**
 * What is known. `circuits` are those of the accounts that are set; `othersAnsweredAt` the last answer of any other
 * provider, in milliseconds since 1970.
 */
export interface HealthFacts {
  readonly evidence: ProviderEvidence
  readonly circuits: ReadonlyArray<CircuitFact>
  readonly hasKey: boolean
  readonly othersAnsweredAt: number | undefined
}

/** How a provider fares. */
export interface HealthVerdict {
  readonly status: HealthStatus
  readonly reason: HealthReason
}

/** Faults in a row that make a provider `Down`. */
export const faultsOfDown = 5

/** The share of bad attempts among the recent ones that makes a provider `Degraded`, and the fewest that say so. */
export const badShareOfDegraded = 0.2
const fewestRecent = 5

/** How long a failure counts. */
export const failureCountsMillis = 300_000

const refusing = (circuits: ReadonlyArray<CircuitFact>): "CircuitOpen" | "Isolated" | undefined => {
  const work = circuits.filter(({ isWork }) => isWork)
  if (work.length === 0 || work.some(({ state }) => state !== "Open" && state !== "Isolated")) return undefined
  return work.every(({ state }) => state === "Isolated") ? "Isolated" : "CircuitOpen"
}

const worst = (circuits: ReadonlyArray<CircuitFact>): HealthReason | undefined => {
  const has = (name: CircuitStateName): boolean => circuits.some(({ state }) => state === name)
  if (has("Open")) return "CircuitOpen"
  if (has("Isolated")) return "Isolated"
  return has("HalfOpen") || has("Ramping") ? "Recovering" : undefined
}

const verdict = (status: HealthStatus, reason: HealthReason): HealthVerdict => ({ status, reason })

/**
 * The verdict. **Units** `now` in milliseconds since 1970.
 *
 * ```ts
 * import { attemptFailed, decideHealth, noEvidence } from "@ludeng/providers"
 *
 * const offline = attemptFailed(noEvidence, { _tag: "DnsFailed", host: "api.deepseek.com", isTemporary: true }, 1_000)
 * const facts = { evidence: offline, circuits: [], hasKey: true, othersAnsweredAt: undefined }
 * decideHealth(facts, 2_000) // => { status: "Unknown", reason: "LocalFault" }
 * decideHealth({ ...facts, othersAnsweredAt: 1_500 }, 2_000) // => { status: "Degraded", reason: "DnsFailed" }
 * ```
 */
export const decideHealth = (
  { circuits, evidence, hasKey, othersAnsweredAt }: HealthFacts,
  now: number
): HealthVerdict => {
  const { lastAnswerAt, lastFault } = evidence
  const isPast = evidence.row !== undefined && now - evidence.row.lastAt > failureCountsMillis
  const row = isPast ? undefined : evidence.row
  if (row !== undefined && row.account === undefined) {
    const isOurs = othersAnsweredAt === undefined || othersAnsweredAt < row.since
    if (isOurs && row.isLastOnTheWay && row.faults < faultsOfDown && !isIsolated(circuits))
      return verdict("Unknown", "LocalFault")
    if (row.faults + (isOurs ? 0 : row.onTheWay) >= faultsOfDown) return verdict("Down", row.last)
  }
  if (!hasKey) return verdict("Down", "NoHealthyKey")
  if (row?.account !== undefined) return verdict("Down", row.account)
  const refused = refusing(circuits)
  if (refused !== undefined) return verdict("Down", refused)
  const circuit = worst(circuits)
  if (circuit !== undefined) return verdict("Degraded", circuit)
  if (row !== undefined) return verdict("Degraded", row.last)
  const { bad, good } = recentAttempts(evidence, now)
  if (lastFault !== undefined && bad > 0 && bad + good >= fewestRecent && bad >= (bad + good) * badShareOfDegraded)
    return verdict("Degraded", lastFault)
  return isPast || lastAnswerAt === undefined ? verdict("Unknown", "NotAsked") : verdict("Healthy", "Answers")
}

const isIsolated = (circuits: ReadonlyArray<CircuitFact>): boolean =>
  circuits.some(({ isWork, state }) => isWork && state === "Isolated")
