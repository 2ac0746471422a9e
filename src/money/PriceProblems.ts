/**
 * What is wrong with a table of prices that somebody wrote: every problem, each under the place where it stands. Pure.
 */
import * as Schema from "effect/Schema"
import { PriceTable } from "../../schemas/PriceTable.ts"
import type { SettingProblem } from "../../schemas/Settings.ts"
import { everyProblem } from "../input/SchemaProblem.ts"

const decode = Schema.decodeUnknownResult(PriceTable, { errors: "all", onExcessProperty: "error" })

/** The problems of a table; `name` is what it was given as (`LUDENG_PRICES`, `prices`). No value is quoted. */
export const priceProblems = (table: unknown, name: string): ReadonlyArray<SettingProblem> => {
  const decoded = decode(table)
  if (decoded._tag === "Success") return []
  return everyProblem(decoded.failure.issue, PriceTable.ast).map(({ expected, isMissing, isUnknownField, path }) => ({
    name: [name, ...path.map(String)].join("."),
    problem: isUnknownField ? "there is no such field" : isMissing ? "is missing" : "the value can not be used",
    expected
  }))
}
