/**
 * A contract as a list of named checks, for any test runner: each is an effect that ends, or fails with what was broken.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { isDeepStrictEqual } from "node:util"

/** Something was found otherwise than the contract says. `what` holds no data of yours. */
export class ContractBroken extends Schema.TaggedError<ContractBroken>()("ContractBroken", { what: Schema.String }) {
  override get message(): string {
    return `the contract is broken: ${this.what}`
  }
}

/** One check. `name` is a sentence for the report of the tests. */
export interface ContractCheck<Given, E, R> {
  readonly name: string
  readonly check: (given: Given) => Effect.Effect<void, E | ContractBroken, R>
}

/** Holds that two values are equal in all their parts. */
export const same = (actual: unknown, expected: unknown, what: string): Effect.Effect<void, ContractBroken> =>
  isDeepStrictEqual(actual, expected) ? Effect.void : Effect.fail(new ContractBroken({ what }))

/** Holds that an effect fails, and gives its failure. */
export const fails = <A, E, R>(effect: Effect.Effect<A, E, R>, what: string): Effect.Effect<E, ContractBroken, R> =>
  Effect.matchEffect(effect, {
    onSuccess: () => Effect.fail(new ContractBroken({ what })),
    onFailure: (failure) => Effect.succeed(failure)
  })
