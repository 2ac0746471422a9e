/**
 * opossum: neutral errors are filtered. Its timeout is the breaker's own, and is on where a lease is asked for.
 */
import CircuitBreaker from "opossum"
import { type BreakerOptions, type MakeBreaker, Neutral } from "../Breaker.ts"

const tripOf = (trip: BreakerOptions["trip"]): CircuitBreaker.Options => {
  if (trip.kind === "default") return {}
  // It knows shares only: with a minimum volume, and any share above nothing, failures alone open.
  return trip.kind === "consecutive"
    ? { volumeThreshold: trip.failures, errorThresholdPercentage: 1 }
    : {
        volumeThreshold: trip.minimumCalls,
        errorThresholdPercentage: 50,
        rollingCountTimeout: trip.window,
        rollingCountBuckets: 10
      }
}

/** Makes it. */
export const makeBreaker: MakeBreaker = ({ lease, open, trip }) => {
  const circuit = new CircuitBreaker((task: () => Promise<unknown>) => task(), {
    ...tripOf(trip),
    timeout: lease ?? false,
    resetTimeout: open,
    errorFilter: (error: unknown) => error instanceof Neutral
  })
  return Promise.resolve({
    call: async (task) => {
      try {
        await circuit.fire(task)
        return "succeeded"
      } catch (error) {
        return Reflect.get(Object(error), "code") === "EOPENBREAKER" ? "refused" : "failed"
      }
    },
    state: () => (circuit.opened ? "open" : circuit.halfOpen ? "recovering" : "closed")
  })
}
