/**
 * The program at a glance: one snapshot of everything a person who runs it looks at. It goes over the wire as JSON as it
 * stands, and holds no prompt, no answer, no key, and of jobs, failed calls, money and alerts of money only those of the owner
 * who asks. Doors, requests, reasons, totals, the other alerts and the budgets that all owners share are of the whole program.
 *
 * **Units** instants in milliseconds since 1970, spans in milliseconds, money in micro-dollars, all as whole numbers.
 */
import * as Schema from "effect/Schema"
import { Alert } from "./Alert.ts"
import { BudgetName } from "./Budget.ts"
import { CircuitStateName } from "./CallEvent.ts"
import { LetterKind } from "./DeadLetter.ts"
import { HealthReport } from "./Health.ts"
import { CallId, JobId, LetterId, Owner } from "./Identifiers.ts"
import { ImageFormat } from "./Image.ts"
import { JobActionName, JobMoneyName, JobStateName } from "./JobNames.ts"
import { Cost } from "./Money.ts"
import { Operation, Outcome, Provider, QuotaScope } from "./Provider.ts"
import { ReasonTag } from "./Reason.ts"

const Instant = Schema.Int
const Millis = Schema.Int
const Count = Schema.Int

/**
 * One limit: `used` of `limit` requests within any `windowMillis`. `freesAt` is when a full one has room again, at the
 * earliest, `null` where it has room now.
 */
export const TierOverview = Schema.Struct({
  limit: Count,
  windowMillis: Millis,
  used: Count,
  freesAt: Schema.NullOr(Instant)
})
export interface TierOverview extends Schema.Schema.Type<typeof TierOverview> {}

/** Who waits at a door, by priority. `oldestWaitMillis` is how long the one who came first has waited, 0 where nobody waits. */
export const QueueOverview = Schema.Struct({
  high: Count,
  normal: Count,
  low: Count,
  limit: Count,
  oldestWaitMillis: Millis
})
export interface QueueOverview extends Schema.Schema.Type<typeof QueueOverview> {}

/**
 * A circuit. `since` is when it came into its state, `null` where it has been in it from the start; `until` is when an open
 * one lets the first request through again.
 */
export const CircuitOverview = Schema.Struct({
  state: CircuitStateName,
  since: Schema.NullOr(Instant),
  until: Schema.NullOr(Instant)
})
export interface CircuitOverview extends Schema.Schema.Type<typeof CircuitOverview> {}

/** Requests that ended within the last minute. The percentiles are `null` where there were none. */
export const RecentCalls = Schema.Struct({
  calls: Count,
  failed: Count,
  p50Millis: Schema.NullOr(Millis),
  p99Millis: Schema.NullOr(Millis)
})
export interface RecentCalls extends Schema.Schema.Type<typeof RecentCalls> {}

/** The door of one operation. `pausedUntil` is how long the provider asked to be left alone, `null` where it did not. */
export const OperationOverview = Schema.Struct({
  operation: Operation,
  circuit: CircuitOverview,
  tiers: Schema.Array(TierOverview),
  queue: QueueOverview,
  inFlight: Count,
  pausedUntil: Schema.NullOr(Instant),
  lastMinute: RecentCalls
})
export interface OperationOverview extends Schema.Schema.Type<typeof OperationOverview> {}

/** One account: its slots, shared by all its operations. `lastMinute` of an operation counts all accounts of a provider. */
export const AccountOverview = Schema.Struct({
  account: QuotaScope,
  slotsInUse: Count,
  slots: Count,
  operations: Schema.Array(OperationOverview)
})
export interface AccountOverview extends Schema.Schema.Type<typeof AccountOverview> {}

/**
 * Requests by second, the oldest first; the last point is of the last full second. Arrays of equal length: `calls` that
 * ended in the second, of these `failed`; the percentiles are of the `spanSeconds` up to it, `null` where nothing ended.
 */
export const TrafficOverview = Schema.Struct({
  firstSecond: Schema.Int,
  spanSeconds: Count,
  calls: Schema.Array(Count),
  failed: Schema.Array(Count),
  p50Millis: Schema.Array(Schema.NullOr(Millis)),
  p99Millis: Schema.Array(Schema.NullOr(Millis))
})
export interface TrafficOverview extends Schema.Schema.Type<typeof TrafficOverview> {}

/** How often requests failed of a reason since the program began, and how often calls were refused by ourselves. */
export const ReasonCount = Schema.Struct({
  reason: ReasonTag,
  family: Schema.Literals(["ApiError", "Rejection"]),
  count: Count
})
export interface ReasonCount extends Schema.Schema.Type<typeof ReasonCount> {}

/** Since the program began. `rescued` succeeded after a failed attempt; `givenUp` failed all the same. */
export const CallTotals = Schema.Struct({
  calls: Count,
  succeeded: Count,
  failed: Count,
  retries: Count,
  rescued: Count,
  givenUp: Count,
  byHand: Schema.Struct({ begun: Count, rescued: Count, givenUp: Count })
})
export interface CallTotals extends Schema.Schema.Type<typeof CallTotals> {}

/** What the cache of enhancements has done since the program began. */
export const CacheOverview = Schema.Struct({ hits: Count, staleHits: Count, misses: Count, entries: Count })
export interface CacheOverview extends Schema.Schema.Type<typeof CacheOverview> {}

/** Of a day or a month, UTC. `reserved` may still be spent. */
export const SpentOverview = Schema.Struct({ spentUsdMicros: Schema.Int, reservedUsdMicros: Schema.Int })
export interface SpentOverview extends Schema.Schema.Type<typeof SpentOverview> {}

/** A budget as it stands. `committed` is what is spent and reserved together. */
export const BudgetOverview = Schema.Struct({
  budget: BudgetName,
  limitUsdMicros: Schema.Int,
  committedUsdMicros: Schema.Int,
  freesAt: Schema.NullOr(Instant)
})
export interface BudgetOverview extends Schema.Schema.Type<typeof BudgetOverview> {}

/** The money of the owner, and the budgets that hold for him: those of all owners together among them. */
export const MoneyOverview = Schema.Struct({
  today: SpentOverview,
  month: SpentOverview,
  budgets: Schema.Array(BudgetOverview)
})
export interface MoneyOverview extends Schema.Schema.Type<typeof MoneyOverview> {}

/** A stored picture; `path` is where the server has its bytes. */
export const PictureOverview = Schema.Struct({
  path: Schema.String,
  width: Schema.Int,
  height: Schema.Int,
  bytes: Schema.Int,
  format: ImageFormat
})
export interface PictureOverview extends Schema.Schema.Type<typeof PictureOverview> {}

/** A job. `reason` is why it failed or is held back; `meaning` one sentence for a person, `actions` what he can do. */
export const JobOverview = Schema.Struct({
  id: JobId,
  state: JobStateName,
  createdAt: Instant,
  updatedAt: Instant,
  model: Schema.String,
  price: Cost,
  money: JobMoneyName,
  reason: Schema.NullOr(ReasonTag),
  meaning: Schema.String,
  actions: Schema.Array(JobActionName),
  picture: Schema.NullOr(PictureOverview)
})
export interface JobOverview extends Schema.Schema.Type<typeof JobOverview> {}

/**
 * A failed call that waits for somebody. `price` is what a retry would cost, all its attempts included, `null` where that
 * can not be told; `refusal` why a retry would be refused, `null` where it would not be.
 */
export const DeadLetterOverview = Schema.Struct({
  id: LetterId,
  callId: CallId,
  kind: LetterKind,
  failedAt: Instant,
  reason: ReasonTag,
  outcome: Outcome,
  provider: Schema.NullOr(Provider),
  operation: Schema.NullOr(Operation),
  attempts: Count,
  retriesByHand: Count,
  jobId: Schema.NullOr(JobId),
  price: Schema.NullOr(Schema.Struct({ lowest: Cost, highest: Cost })),
  refusal: Schema.NullOr(Schema.String)
})
export interface DeadLetterOverview extends Schema.Schema.Type<typeof DeadLetterOverview> {}

/**
 * The snapshot. `at` is when it was taken, `startedAt` when its counting began; `mode` says whether the providers are real.
 * `version` is that of the library, `settingsVersion` counts the changes of the settings from 1.
 */
export const OverviewReport = Schema.Struct({
  at: Instant,
  startedAt: Instant,
  owner: Owner,
  mode: Schema.Literals(["live", "simulated"]),
  version: Schema.String,
  settingsVersion: Count,
  accounts: Schema.Array(AccountOverview),
  traffic: TrafficOverview,
  totals: CallTotals,
  reasons: Schema.Array(ReasonCount),
  cache: CacheOverview,
  money: MoneyOverview,
  jobs: Schema.Array(JobOverview),
  deadLetters: Schema.Array(DeadLetterOverview),
  alerts: Schema.Array(Alert),
  health: HealthReport
})
export interface OverviewReport extends Schema.Schema.Type<typeof OverviewReport> {}
