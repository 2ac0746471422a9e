/**
 * What is seen in the ledgers: budgets, paid jobs without an outcome, and what the audit lost.
 *
 * Budgets are asked for where one is set and a call of the owner has ended, and once a minute while one is watched; jobs
 * when one of them came to, or left, `OutcomeUnknown`. A ledger that can not be read is told of as `StorageTrouble`, and
 * asked no more in that look; whoever was not looked at comes next.
 *
 * Bounded: a look asks for 100 owners and 100 budgets that are watched, and is followed by another one where more wait.
 * Of budgets that raise nothing the 100 seen last are watched; one that does is watched until it is over.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { defaultOwner, type Owner } from "../../schemas/Identifiers.ts"
import type { AuditLog } from "../audit/AuditLog.ts"
import type { JobLedger } from "../job/JobLedger.ts"
import type { CostLedger } from "../money/CostLedger.ts"
import type { AlertFacts } from "./AlertFacts.ts"
import { alertRules } from "./AlertRules.ts"
import type { Observation } from "./DecideAlerts.ts"

/** A budget as it was last seen, by a look for this owner. **Units** `at` in milliseconds since 1970. */
interface SeenBudget {
  readonly owner: Owner
  readonly at: number
  readonly observation: Observation
}

const refreshMillis = 60_000
const droppedCountsMillis = 300_000
const mostOwners = 100
const mostCalmBudgets = 100

const isCalm = ({ observation }: SeenBudget): boolean => observation.level < alertRules.BudgetUse.resolveBelow

/** Looks into the ledgers; it remembers what it saw of those that need not be asked again. */
export class LookAtLedgers {
  readonly #facts: AlertFacts
  readonly #costs: CostLedger["Service"]
  readonly #jobs: JobLedger["Service"]
  readonly #audit: AuditLog["Service"]
  /** By subject, the longest unseen first. */
  readonly #budgets = new Map<string, SeenBudget>()
  #isBehind = false
  #leftOutToldAt = Number.NEGATIVE_INFINITY
  #mustCount = false
  #unknown: ReadonlyArray<Observation> = []
  #dropped = { count: 0, at: Number.NEGATIVE_INFINITY }

  constructor(facts: AlertFacts, costs: CostLedger["Service"], jobs: JobLedger["Service"], audit: AuditLog["Service"]) {
    this.#facts = facts
    this.#costs = costs
    this.#jobs = jobs
    this.#audit = audit
    facts.owners.add(defaultOwner)
  }

  /** Whether the last look left some for another one, that should come soon. */
  get isBehind(): boolean {
    return this.#isBehind
  }

  /** **Units** `now` in milliseconds since 1970. */
  observe(now: number): Effect.Effect<ReadonlyArray<Observation>> {
    return Effect.gen({ self: this }, function* () {
      const troubles = [...(yield* this.#lookAtBudgets(now))]
      this.#forgetCalm()
      if (this.#facts.takeUnknown()) this.#mustCount = true
      if (this.#mustCount) troubles.push(...(yield* this.#lookForUnknown))
      const { dropped } = yield* this.#audit.statistics
      if (dropped > this.#dropped.count) this.#dropped = { count: dropped, at: now }
      const lost: ReadonlyArray<Observation> =
        now - this.#dropped.at > droppedCountsMillis
          ? []
          : [{ name: "AuditDropped", subject: "audit", level: dropped, message: `the audit has lost ${dropped} rows` }]
      const budgets = [...this.#budgets.values()].map(({ observation }) => observation)
      return [...troubles.slice(0, 1), ...budgets, ...this.#unknown, ...lost]
    })
  }

  #lookAtBudgets(now: number): Effect.Effect<ReadonlyArray<Observation>> {
    return Effect.gen({ self: this }, function* () {
      const { owners } = this.#facts
      this.#isBehind = false
      const stale = this.#staleOwners(now)
      for (const owner of stale.slice(0, mostOwners)) {
        const trouble = yield* this.#lookAtBudgetsOf(owner, now)
        if (trouble !== undefined) return [trouble]
      }
      for (let looks = 0; looks < mostOwners; looks++) {
        const owner = owners.take()
        if (owner === undefined) break
        const trouble = yield* this.#lookAtBudgetsOf(owner, now)
        if (trouble === undefined) continue
        owners.add(owner)
        return [trouble]
      }
      this.#isBehind = stale.length > mostOwners || owners.size > 0
      yield* this.#tellLeftOut(now)
      return []
    })
  }

  #staleOwners(now: number): ReadonlyArray<Owner> {
    const stale = [...this.#budgets.values()].filter(({ at }) => now - at >= refreshMillis)
    return [...new Set(stale.map(({ owner }) => owner))]
  }

  /** Sees the budgets as they stand for an owner; the trouble where they can not be read. */
  #lookAtBudgetsOf(owner: Owner, now: number): Effect.Effect<Observation | undefined> {
    return Effect.map(Effect.result(this.#costs.budgets(owner)), (lines) => {
      if (Result.isFailure(lines)) return unreadable(lines.failure.problem)
      for (const [subject, seen] of this.#budgets) if (seen.owner === owner) this.#budgets.delete(subject)
      for (const { budget, committedUsdMicros, limitUsdMicros } of lines.success) {
        const level = limitUsdMicros === 0 ? 1 : committedUsdMicros / limitUsdMicros
        const isHis = budget.startsWith("perOwner")
        const subject = isHis ? `${budget} ${owner}` : budget
        const message = `${Math.round(level * 100)} % of the budget ${subject} are reserved or spent`
        this.#budgets.delete(subject)
        this.#budgets.set(subject, {
          owner,
          at: now,
          observation: { name: "BudgetUse", subject, level, message, ...(isHis ? { owner } : {}) }
        })
      }
      return undefined
    })
  }

  #forgetCalm(): void {
    const calm = [...this.#budgets].filter(([, seen]) => isCalm(seen))
    for (const [subject] of calm.slice(0, -mostCalmBudgets)) this.#budgets.delete(subject)
  }

  #tellLeftOut(now: number): Effect.Effect<void> {
    if (now - this.#leftOutToldAt < refreshMillis) return Effect.void
    const leftOut = this.#facts.owners.takeLeftOut()
    if (leftOut === 0) return Effect.void
    this.#leftOutToldAt = now
    return Effect.annotateLogs(
      Effect.logWarning(
        "too many owners call for alerts to look at each one's budgets; their next calls bring them again"
      ),
      { leftOut }
    )
  }

  get #lookForUnknown(): Effect.Effect<ReadonlyArray<Observation>> {
    return Effect.map(Effect.result(this.#jobs.countOf("OutcomeUnknown")), (count) => {
      if (Result.isFailure(count)) return [unreadable(count.failure.problem)]
      this.#mustCount = false
      const jobs = count.success === 1 ? "1 job was" : `${count.success} jobs were`
      const message = `${jobs} perhaps paid, and nobody knows`
      this.#unknown =
        count.success === 0 ? [] : [{ name: "OutcomeUnknown", subject: "jobs", level: count.success, message }]
      return []
    })
  }
}

const unreadable = (problem: string): Observation => ({
  name: "StorageTrouble",
  subject: "ledger",
  level: 1,
  message: `a ledger can not be read: ${problem}`
})
