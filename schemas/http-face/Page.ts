/**
 * How long lists are asked for: page by page, each with the last name of the one before.
 */
import * as Schema from "effect/Schema"

/** How many at once. **Units** 1 to 1000, default 100. */
export const pageLimit = Schema.optionalKey(
  Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000 })).annotate({
    expected: "a whole number from 1 to 1000"
  })
)

/** What is listed where nothing is said. */
export const defaultPageLimit = 100
