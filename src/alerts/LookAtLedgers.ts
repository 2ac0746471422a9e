/**
 * What is seen in the ledgers: budgets, paid jobs without an outcome, and what the audit lost.
 *
 * Budgets are asked for where one is set and a call of the owner has ended, and once a minute while one is watched; jobs
 * when one of them came to, or left, `OutcomeUnknown`. A ledger that can not be read is told of as `StorageTrouble`.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { defaultOwner, type Owner } from "../../schemas/Identifiers.ts"
import type { AuditLog } from "../audit/AuditLog.ts"
import type { JobLedger } from "../job/JobLedger.ts"
import type { CostLedger } from "../money/CostLedger.ts"
import type { AlertFacts } from "./AlertFacts.ts"
import type { Observation } from "./DecideAlerts.ts"

const refreshMillis = 60_000
const droppedCountsMillis = 300_000
const mostOwners = 100

/** Looks into the ledgers; it remembers what it saw of those that need not be asked again. */
export class LookAtLedgers {
  readonly #facts: AlertFacts
  readonly #costs: CostLedger["Service"]
  readonly #jobs: JobLedger["Service"]
  readonly #audit: AuditLog["Service"]
  readonly #budgets = new Map<Owner, { readonly at: number; readonly seen: ReadonlyArray<Observation> }>()
  /** Who could not be asked for yet. */
  readonly #owed = new Set<Owner>()
  #mustCount = false
  #unknown: ReadonlyArray<Observation> = []
  #dropped = { count: 0, at: Number.NEGATIVE_INFINITY }

  constructor(facts: AlertFacts, costs: CostLedger["Service"], jobs: JobLedger["Service"], audit: AuditLog["Service"]) {
    this.#facts = facts
    this.#costs = costs
    this.#jobs = jobs
    this.#audit = audit
  }

  /** **Units** `now` in milliseconds since 1970. */
  observe(now: number): Effect.Effect<ReadonlyArray<Observation>> {
    return Effect.gen({ self: this }, function* () {
      const stale = [...this.#budgets].filter(([, { at, seen }]) => seen.length > 0 && now - at >= refreshMillis)
      const owners = new Set([...stale.map(([owner]) => owner), ...this.#facts.takeOwners(), ...this.#owed])
      if (this.#budgets.size === 0) owners.add(defaultOwner)
      const troubles: Array<Observation> = []
      for (const owner of owners) troubles.push(...(yield* this.#lookAtBudgets(owner, now)))
      if (this.#facts.takeUnknown()) this.#mustCount = true
      if (this.#mustCount) troubles.push(...(yield* this.#lookForUnknown))
      const { dropped } = yield* this.#audit.statistics
      if (dropped > this.#dropped.count) this.#dropped = { count: dropped, at: now }
      const lost: ReadonlyArray<Observation> =
        now - this.#dropped.at > droppedCountsMillis
          ? []
          : [{ name: "AuditDropped", subject: "audit", level: dropped, message: `the audit has lost ${dropped} rows` }]
      const budgets = new Map([...this.#budgets.values()].flatMap(({ seen }) => seen.map((it) => [it.subject, it])))
      return [...troubles.slice(0, 1), ...budgets.values(), ...this.#unknown, ...lost]
    })
  }

  #lookAtBudgets(owner: Owner, now: number): Effect.Effect<ReadonlyArray<Observation>> {
    return Effect.map(Effect.result(this.#costs.budgets(owner)), (lines) => {
      if (Result.isFailure(lines)) {
        this.#owed.add(owner)
        return [unreadable(lines.failure.problem)]
      }
      this.#owed.delete(owner)
      const seen = lines.success.map(({ budget, committedUsdMicros, limitUsdMicros }): Observation => {
        const level = limitUsdMicros === 0 ? 1 : committedUsdMicros / limitUsdMicros
        const whose = budget.startsWith("perOwner") ? `${budget} ${owner}` : budget
        const message = `${Math.round(level * 100)} % of the budget ${whose} are reserved or spent`
        return { name: "BudgetUse", subject: whose, level, message }
      })
      this.#budgets.delete(owner)
      this.#budgets.set(owner, { at: now, seen })
      const [oldest] = this.#budgets.keys()
      if (this.#budgets.size > mostOwners && oldest !== undefined) this.#budgets.delete(oldest)
      return []
    })
  }

  get #lookForUnknown(): Effect.Effect<ReadonlyArray<Observation>> {
    return Effect.map(Effect.result(this.#jobs.countOf("OutcomeUnknown")), (count) => {
      if (Result.isFailure(count)) return [unreadable(count.failure.problem)]
      this.#mustCount = false
      const message = `${count.success} jobs were perhaps paid, and nobody knows`
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
