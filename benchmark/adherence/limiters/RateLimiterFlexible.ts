/**
 * rate-limiter-flexible's queue over its limiter in memory. Two tiers are two queues one after the other.
 */
import { RateLimiterMemory, RateLimiterQueue } from "rate-limiter-flexible"
import { nested, type OpenLimiter } from "../Limiter.ts"

/** Opens it. */
export const open: OpenLimiter = (tiers) =>
  Promise.resolve(
    nested(
      tiers.map(({ limit, window }) => {
        const queue = new RateLimiterQueue(new RateLimiterMemory({ points: limit, duration: window / 1000 }))
        return (task) => void queue.removeTokens(1).then(task)
      })
    )
  )
