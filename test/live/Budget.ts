/**
 * What the tests on real providers may spend. Each paid request is charged at its upper bound before it is sent; one that
 * does not fit is never sent.
 */
import * as Effect from "effect/Effect"
import type { ExchangeRequest, Transport } from "../../src/transport/Transport.ts"

/** A sum that is used up. **Units** micro-dollars. */
export interface Budget {
  readonly left: () => number
  /** Takes the amount, if it is there. */
  readonly take: (usdMicros: number) => boolean
}

/** A budget of this amount. */
export const makeBudget = (usdMicros: number): Budget => {
  let left = usdMicros
  return {
    left: () => left,
    take: (amount) => {
      if (amount > left) return false
      left -= amount
      return true
    }
  }
}

/** The transport, stopped by the budget. `boundOf` gives the most a request can cost, `undefined` where nobody knows. */
export const withBudget = (
  transport: Transport["Service"],
  budget: Budget,
  boundOf: (request: ExchangeRequest) => number | undefined
): Transport["Service"] => {
  const limited =
    <A, E, R>(send: (request: ExchangeRequest) => Effect.Effect<A, E, R>) =>
    (request: ExchangeRequest) =>
      Effect.suspend(() => {
        const bound = boundOf(request)
        return bound !== undefined && budget.take(bound)
          ? send(request)
          : Effect.die(new Error(`LUDENG_LIVE_BUDGET does not allow a ${request.operation} of ${request.provider}`))
      })
  return { ...transport, exchange: limited(transport.exchange), stream: limited(transport.stream) }
}
