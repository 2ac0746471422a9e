/**
 * Where money is reserved before a request and settled after it. At all times: granted = available + reserved + spent.
 *
 * Budgets come later; until one is set, everything asked for is granted.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CallId, Owner } from "../../schemas/Identifiers.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { Operation, Provider } from "../../schemas/Provider.ts"

/**
 * A move of one reservation: `Hold` reserves `bound`, `Settle` spends `cost` and frees the rest, `Release` frees all,
 * `Keep` leaves everything as it is.
 */
export type MoneyMove =
  | { readonly _tag: "Keep" }
  | { readonly _tag: "Hold"; readonly bound: Cost }
  | { readonly _tag: "Settle"; readonly cost: Cost }
  | { readonly _tag: "Release" }

/** What money is set aside for. */
export interface Purpose {
  readonly callId: CallId
  readonly owner: Owner
  readonly provider: Provider
  readonly operation: Operation
}

/** A purpose with a name that is unique (`job:{id}`), under which it is found again after a restart. */
export interface ReservationKey extends Purpose {
  readonly reference: string
}

/** Money set aside for one attempt. It ends once, by the first of the two; what comes after changes nothing. */
export interface Reservation {
  /** Spends a cost, and frees the rest. */
  readonly settle: (cost: Cost) => Effect.Effect<void>
  /** Frees all of it. */
  readonly release: Effect.Effect<void>
}

/** **Units** micro-dollars. `unpriced` counts settlements without a price. */
export interface CostTotals {
  readonly granted: number
  readonly reserved: number
  readonly spent: number
  readonly available: number
  readonly unpriced: number
}

/**
 * The service. Moves are idempotent by `reference` and synchronous in effect: no caller sees half of one.
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
    /** Moves the money of a job, which is kept by its reference. */
    readonly move: (key: ReservationKey, move: MoneyMove) => Effect.Effect<void>
    /** Sets money aside for an attempt, which is over when its program is: whoever holds it ends it. */
    readonly reserve: (purpose: Purpose, bound: Cost) => Effect.Effect<Reservation>
    readonly totals: (owner?: Owner) => Effect.Effect<CostTotals>
  }
>()("@ludeng/providers/money/CostLedger") {}
