/**
 * Money is counted in whole micro-dollars (one millionth of a US dollar): integers add up, floats do not.
 */
import * as Schema from "effect/Schema"

/** An amount of money. **Units** micro-dollars, a whole number from 0. */
export const UsdMicros = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * How a cost is known.
 *
 * - `measured`: from the usage the provider reported and its published price.
 * - `estimated`: an upper bound, because the usage or the exact price is not known.
 * - `unknown`: there is no price; the cost is `null`, not 0.
 */
export const CostBasis = Schema.Literals(["measured", "estimated", "unknown"])
export type CostBasis = typeof CostBasis.Type

/** What something cost. `usdMicros` is `null` exactly when `basis` is `unknown`. */
export const Cost = Schema.Struct({ usdMicros: Schema.NullOr(UsdMicros), basis: CostBasis })
export interface Cost extends Schema.Schema.Type<typeof Cost> {}

/** The cost of nothing. */
export const noCost: Cost = { usdMicros: 0, basis: "measured" }

/** A cost without a price. */
export const unknownCost: Cost = { usdMicros: null, basis: "unknown" }

/**
 * The sum of two costs, as uncertain as the more uncertain of the two.
 *
 * ```ts
 * import { addCosts } from "@ludeng/providers/schemas/Money"
 *
 * addCosts({ usdMicros: 200, basis: "measured" }, { usdMicros: 50, basis: "estimated" }) // => { usdMicros: 250, basis: "estimated" }
 * addCosts({ usdMicros: 200, basis: "measured" }, { usdMicros: null, basis: "unknown" }) // => { usdMicros: null, basis: "unknown" }
 * ```
 */
export const addCosts = (left: Cost, right: Cost): Cost =>
  left.usdMicros === null || right.usdMicros === null
    ? unknownCost
    : {
        usdMicros: left.usdMicros + right.usdMicros,
        basis: left.basis === "measured" && right.basis === "measured" ? "measured" : "estimated"
      }
