/**
 * Where money is reserved before a request and settled after it. At all times: granted = available + reserved + spent.
 *
 * Budgets are those of the settings in force when money is asked for. They count what is reserved and spent together, in
 * the UTC day and month in which it was reserved. The budget of a single call is counted by the call (`CallSpending`).
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CallId, Owner } from "../../schemas/Identifiers.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { Operation, Provider } from "../../schemas/Provider.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { BudgetLine, BudgetRefusal } from "./DecideBudgets.ts"

/** What becomes of what is held: `Settle` spends `cost` and frees the rest, `Release` frees all, `Keep` leaves it. */
export type MoneyMove =
  | { readonly _tag: "Keep" }
  | { readonly _tag: "Settle"; readonly cost: Cost }
  | { readonly _tag: "Release" }

/**
 * What money is set aside for. **Units** `leaving` in micro-dollars: what the budgets must have left besides, for what the
 * same call is to pay afterwards; default 0.
 */
export interface Purpose {
  readonly callId: CallId
  readonly owner: Owner
  readonly provider: Provider
  readonly operation: Operation
  readonly leaving?: number
}

/** A purpose with a name that is unique (`job:{id}`), under which it is found again after a restart. */
export interface ReservationKey extends Purpose {
  readonly reference: string
}

/** Why money is not set aside; nothing was sent and nothing has changed. */
export type MoneyRefused = BudgetRefusal | typeof StorageFailed.Type

/**
 * Money set aside for one attempt. It ends once, by the first of the two; what comes after changes nothing.
 *
 * **Details** Neither fails: where the store can not be written, the money stays reserved, the log says so, and it is
 * settled at its bound when its lease is over.
 */
export interface Reservation {
  /** Spends a cost, and frees the rest. */
  readonly settle: (cost: Cost) => Effect.Effect<void>
  /** Frees all of it. */
  readonly release: Effect.Effect<void>
}

/**
 * **Units** micro-dollars. `granted` is the most that was reserved and spent at once; `available` what of it is free;
 * `estimated` the part of `spent` that is an upper bound. `unpriced` counts settlements without a price.
 */
export interface CostTotals {
  readonly granted: number
  readonly reserved: number
  readonly spent: number
  readonly available: number
  readonly estimated: number
  readonly unpriced: number
}

/** The totals of one day, owner, provider and operation. **Units** `day` is that of the reserving, UTC: `2026-11-24`. */
export interface CostLine extends CostTotals {
  readonly day: string
  readonly owner: Owner
  readonly provider: Provider
  readonly operation: Operation
}

/** Which lines: of one owner, and of days from `since` to `until`, both included. */
export interface CostQuery {
  readonly owner?: Owner
  readonly since?: string
  readonly until?: string
}

/**
 * The service. What is held is named by a reference or by a `Reservation`; each is moved once.
 *
 * **Errors** of `reserve` and `hold`: `BudgetExhausted` (wait `retryAfter`, or raise the budget), `PriceUnknown` (give
 * the price in the settings), `StorageFailed`. Of all others `StorageFailed`, where the store can not be read or written.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { CostLedger, PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const program = Effect.gen(function* () {
 *   const { cost } = yield* PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))
 *   const { spent } = yield* CostLedger.use((it) => it.totals())
 *   return spent === cost.usdMicros
 * })
 * await Effect.runPromise(Effect.provide(program, Mock.layer)) // => true
 * ```
 */
export class CostLedger extends Context.Service<
  CostLedger,
  {
    /** Holds money for a job, under its reference; again under the same reference it changes nothing. */
    readonly hold: (key: ReservationKey, bound: Cost) => Effect.Effect<void, MoneyRefused>
    /**
     * Moves the money of a job. Within a transaction of the same store it is part of that. A settlement without a hold is
     * spent: money that is gone is gone.
     */
    readonly move: (key: ReservationKey, move: MoneyMove) => Effect.Effect<void, typeof StorageFailed.Type>
    /**
     * Sets money aside for an attempt; whoever holds it ends it. **Units** `leaseMillis`: after so many milliseconds what
     * was left by a process that is gone is settled at its bound.
     */
    readonly reserve: (purpose: Purpose, bound: Cost, leaseMillis: number) => Effect.Effect<Reservation, MoneyRefused>
    /** The budgets of days and months that are set, as they stand for an owner. */
    readonly budgets: (owner: Owner) => Effect.Effect<ReadonlyArray<BudgetLine>, typeof StorageFailed.Type>
    readonly totals: (owner?: Owner) => Effect.Effect<CostTotals, typeof StorageFailed.Type>
    /** What was reserved and spent, the oldest day first. */
    readonly lines: (query?: CostQuery) => Effect.Effect<ReadonlyArray<CostLine>, typeof StorageFailed.Type>
  }
>()("@ludeng/providers/money/CostLedger") {}
