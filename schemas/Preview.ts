/**
 * What a call would cost, and what the policies would do with it now, without making it: `preview` of the services, and
 * `--dry-run` of the program. Nothing is sent, spent or reserved, and no row is written.
 */
import * as Schema from "effect/Schema"
import { BudgetName } from "./Budget.ts"
import { CircuitStateName } from "./CallEvent.ts"
import { DegradedMode } from "./DegradedMode.ts"
import { Cost, UsdMicros } from "./Money.ts"
import { Operation, Provider, QuotaScope } from "./Provider.ts"
import { RejectionReason } from "./Reason.ts"

/** A budget as it stands. **Units** micro-dollars; `freesAt` in milliseconds since 1970, absent for that of a call. */
export const BudgetPreview = Schema.Struct({
  budget: BudgetName,
  limitUsdMicros: UsdMicros,
  committedUsdMicros: UsdMicros,
  freesAt: Schema.optionalKey(Schema.Int)
})
export interface BudgetPreview extends Schema.Schema.Type<typeof BudgetPreview> {}

/**
 * The request that would be paid for, at its door: which account's, how its circuit stands, how long it would wait at
 * least, and for which limit.
 *
 * **Units** `windowMillis` in milliseconds; `bound` is the most that one attempt can cost.
 */
export const RequestPreview = Schema.Struct({
  provider: Provider,
  operation: Operation,
  account: QuotaScope,
  circuit: CircuitStateName,
  wait: Schema.DurationFromMillis,
  tier: Schema.optionalKey(Schema.Struct({ limit: Schema.Int, windowMillis: Schema.Int })),
  bound: Cost
})
export interface RequestPreview extends Schema.Schema.Type<typeof RequestPreview> {}

/**
 * What a call would come to, as far as can be known before.
 *
 * **Details** It costs from `lowest` to `bound`, all its attempts included; nothing where `from` is not `Live`: the cache
 * has the answer, an earlier job has the key, or something else stands in. `cache` is what it says, `null` where it is
 * not asked. `refused` is why nothing new would be asked for; where `from` is `null`, the call would fail of it.
 *
 * **Gotchas** It is a look, not a promise: whatever is sent in between, here or in another process, changes it.
 */
export const CallPreview = Schema.Struct({
  from: Schema.NullOr(Schema.Literals(["Live", "OtherProvider", "Cached", "Stale", "Degraded", "EarlierJob"])),
  lowest: Cost,
  bound: Cost,
  cache: Schema.NullOr(Schema.Literals(["Fresh", "Stale", "Miss", "Bypassed"])),
  request: Schema.NullOr(RequestPreview),
  budgets: Schema.Array(BudgetPreview),
  modes: Schema.Array(DegradedMode),
  refused: Schema.NullOr(RejectionReason),
  retryAfter: Schema.NullOr(Schema.DurationFromMillis)
})
export interface CallPreview extends Schema.Schema.Type<typeof CallPreview> {}

/** An illustration's: its parts, `null` where a part is not asked for, and what both come to. */
export const IllustrationPreview = Schema.Struct({
  enhancement: Schema.NullOr(CallPreview),
  image: CallPreview,
  lowest: Cost,
  bound: Cost
})
export interface IllustrationPreview extends Schema.Schema.Type<typeof IllustrationPreview> {}
