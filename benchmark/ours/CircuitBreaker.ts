/**
 * The library's circuit breaker as it is used alone.
 */
import { whenThere } from "./WhenThere.ts"

/** `makeCircuitBreaker`, if it is there. */
export const loadMakeCircuitBreaker = () =>
  whenThere(async () => (await import("../../src/policy/circuit-breaker/MakeCircuitBreaker.ts")).makeCircuitBreaker)

/** What makes a breaker. */
export type MakeCircuitBreaker = NonNullable<Awaited<ReturnType<typeof loadMakeCircuitBreaker>>>
