/**
 * Jobs, failed calls, money and counts as the overview shows them: facts alone, no text that anybody wrote. Pure.
 */
import type { DeadLetter } from "../../schemas/DeadLetter.ts"
import type { Job } from "../../schemas/Job.ts"
import type {
  CallTotals,
  DeadLetterOverview,
  JobOverview,
  MoneyOverview,
  ReasonCount,
  SpentOverview
} from "../../schemas/Overview.ts"
import type { ReasonTag } from "../../schemas/Reason.ts"
import type { RetryQuote } from "../dead-letter/ManualRetries.ts"
import { adviceOf } from "../job/JobAdvice.ts"
import type { CostLine } from "../money/CostLedger.ts"
import type { BudgetLine } from "../money/DecideBudgets.ts"
import { sumTotals } from "../money/SumCosts.ts"
import type { ManualRetryCounters, OperationStatistics } from "../telemetry/CallStatistics.ts"

/** Where the server has the picture of a job. */
export const picturePathOf = (id: Job["id"]): string => `/v1/images/${encodeURIComponent(id)}`

const reasonOf = ({ state }: Job): ReasonTag | null => {
  if (state._tag === "Failed") return state.reason._tag
  return state._tag === "Queued" ? (state.heldBack?.reason ?? null) : null
}

/** A job. `canCancel`: whether its protocol knows a way to cancel. */
export const jobOverview = (job: Job, canCancel: boolean): JobOverview => {
  const { createdAt, id, money, plan, price, state, updatedAt } = job
  const { actions, meaning } = adviceOf(job, { canCancel })
  const common = { id, state: state._tag, createdAt, updatedAt, model: plan.model, price, money: money._tag, meaning }
  if (state._tag !== "Stored") return { ...common, actions, reason: reasonOf(job), picture: null }
  const { bytes, format, height, width } = state.image
  return { ...common, actions, reason: null, picture: { path: picturePathOf(id), width, height, bytes, format } }
}

/** A failed call, and what a retry of it would come to, where that could be told. */
export const deadLetterOverview = (letter: DeadLetter, quote: RetryQuote | undefined): DeadLetterOverview => {
  const { callId, failedAt, failure, id, kind, retries } = letter
  return {
    id,
    callId,
    kind,
    failedAt,
    reason: failure.reason._tag,
    outcome: failure.outcome,
    provider: failure.provider ?? null,
    operation: failure.operation ?? null,
    attempts: failure.attempts,
    retriesByHand: retries.length,
    jobId: failure.jobId ?? null,
    price: quote?.price ?? null,
    refusal: quote?.refusal?.problem ?? null
  }
}

const spentOf = (lines: ReadonlyArray<CostLine>): SpentOverview => {
  const { reserved, spent } = sumTotals(lines)
  return { spentUsdMicros: spent, reservedUsdMicros: reserved }
}

/** The money of a month up to a day of it. **Units** `today` as `2026-11-24`. */
export const moneyOverview = (
  ofMonth: ReadonlyArray<CostLine>,
  today: string,
  budgets: ReadonlyArray<BudgetLine>
): MoneyOverview => ({
  today: spentOf(ofMonth.filter(({ day }) => day === today)),
  month: spentOf(ofMonth),
  budgets: budgets.map(({ budget, committedUsdMicros, freesAt, limitUsdMicros }) => ({
    budget,
    limitUsdMicros,
    committedUsdMicros,
    freesAt: freesAt ?? null
  }))
})

/** All operations together. */
export const callTotals = (
  statistics: ReadonlyArray<OperationStatistics>,
  { begun, givenUp, rescued }: ManualRetryCounters
): CallTotals => {
  const sum = (field: "calls" | "succeeded" | "failed" | "retries" | "rescued" | "givenUp") =>
    statistics.reduce((total, it) => total + it[field], 0)
  return {
    calls: sum("calls"),
    succeeded: sum("succeeded"),
    failed: sum("failed"),
    retries: sum("retries"),
    rescued: sum("rescued"),
    givenUp: sum("givenUp"),
    byHand: { begun, rescued, givenUp }
  }
}

/** The reasons, the most frequent first. */
export const reasonCounts = (
  statistics: ReadonlyArray<OperationStatistics>,
  refusals: ReadonlyMap<ReasonTag, number>
): ReadonlyArray<ReasonCount> => {
  const failures = new Map<ReasonTag, number>()
  for (const { failures: ofOperation } of statistics) {
    for (const [reason, count] of ofOperation) failures.set(reason, (failures.get(reason) ?? 0) + count)
  }
  return [
    ...[...failures].map(([reason, count]) => ({ reason, family: "ApiError" as const, count })),
    ...[...refusals].map(([reason, count]) => ({ reason, family: "Rejection" as const, count }))
  ].toSorted((left, right) => right.count - left.count || (left.reason < right.reason ? -1 : 1))
}
