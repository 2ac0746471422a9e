/**
 * The `limiter` package: a token bucket with a count for each interval. Two tiers are two limiters one after the other.
 */
import { RateLimiter } from "limiter"
import { nested, type OpenLimiter } from "../Limiter.ts"

/** Opens it. */
export const open: OpenLimiter = (tiers) =>
  Promise.resolve(
    nested(
      tiers.map(({ limit, window }) => {
        const limiter = new RateLimiter({ tokensPerInterval: limit, interval: window })
        return (task) => void limiter.removeTokens(1).then(task)
      })
    )
  )
