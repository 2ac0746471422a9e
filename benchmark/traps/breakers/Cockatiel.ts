/**
 * cockatiel's circuit breaker: neutral errors are not handled by its policy.
 */
import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  SamplingBreaker
} from "cockatiel"
import { type MakeBreaker, Neutral } from "../Breaker.ts"

const breakerOf = (trip: Parameters<MakeBreaker>[0]["trip"]) =>
  trip.kind === "consecutive"
    ? new ConsecutiveBreaker(trip.failures)
    : new SamplingBreaker({
        threshold: 0.5,
        ...(trip.kind === "share"
          ? { duration: trip.window, minimumRps: (trip.minimumCalls * 1000) / trip.window }
          : { duration: 10_000 })
      })

const stateOf = (state: CircuitState) =>
  state === CircuitState.Closed ? "closed" : state === CircuitState.HalfOpen ? "recovering" : "open"

/** Makes it. */
export const makeBreaker: MakeBreaker = ({ open, probes, trip }) => {
  const policy = circuitBreaker(
    handleWhen((error) => !(error instanceof Neutral)),
    {
      halfOpenAfter: open,
      breaker: breakerOf(trip),
      ...(probes === undefined ? {} : { halfOpenSampling: { calls: probes, threshold: 0 } })
    }
  )
  return Promise.resolve({
    call: async (task, signal) => {
      try {
        await policy.execute(() => task(), signal)
        return "succeeded"
      } catch (error) {
        return error instanceof BrokenCircuitError ? "refused" : "failed"
      }
    },
    state: () => stateOf(policy.state)
  })
}
