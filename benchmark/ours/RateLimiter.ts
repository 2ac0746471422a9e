/**
 * The library's rate limiter as it is used alone.
 */
import { whenThere } from "./WhenThere.ts"

/** `makeRateLimiter`, if it is there. */
export const loadMakeRateLimiter = () =>
  whenThere(async () => (await import("../../src/policy/rate-limit/RateLimiter.ts")).makeRateLimiter)

/** What makes a limiter. */
export type MakeRateLimiter = NonNullable<Awaited<ReturnType<typeof loadMakeRateLimiter>>>
