/**
 * Steps that stand alone or are part of a larger one.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/**
 * Runs a step whole or not at all: in the transaction of its caller where there is one, else in its own.
 *
 * **Gotchas** No savepoint is made: a step that fails inside another one's transaction must fail that one too.
 */
export const inTransaction = <A, E, R>(
  sql: SqlClient,
  step: Effect.Effect<A, E, R>
): Effect.Effect<A, E | SqlError, R> =>
  Effect.withFiber((fiber): Effect.Effect<A, E | SqlError, R> =>
    Context.getOrUndefined(fiber.context, sql.transactionService) === undefined ? sql.withTransaction(step) : step
  )
