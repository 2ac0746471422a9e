/**
 * cockatiel's four policies as they are measured, with settings under which none of them acts.
 */
import {
  bulkhead,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap
} from "cockatiel"

/** Retry around circuit breaker around timeout around bulkhead. */
export const fourPolicies = () =>
  wrap(
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, {
      halfOpenAfter: 10_000,
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 5 })
    }),
    timeout(30_000, TimeoutStrategy.Cooperative),
    bulkhead(1_024, 100_000)
  )
