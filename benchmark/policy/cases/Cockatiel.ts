/**
 * cockatiel's four policies, alone and with rate-limiter-flexible and node-cache: the reference of the section.
 */
import NodeCache from "node-cache"
import { RateLimiterMemory } from "rate-limiter-flexible"
import { fourPolicies } from "../CockatielPolicies.ts"
import { manyOf, noOperation, type OpenCase } from "../PolicyCase.ts"

/** The four policies. */
export const openAlone: OpenCase = () => {
  const policies = fourPolicies()
  return Promise.resolve(manyOf(() => policies.execute(noOperation)))
}

/** The four policies under a limiter and a cache that misses and stores. The key is a text, not hashed. */
export const openWithLimiterAndCache: OpenCase = () => {
  const policies = fourPolicies()
  const limiter = new RateLimiterMemory({ points: 1_000_000_000, duration: 1 })
  const cache = new NodeCache({ stdTTL: 60, checkperiod: 0 })
  let calls = 0
  return Promise.resolve(
    manyOf(async () => {
      // A bounded set of keys, each deleted before it comes again: every look-up misses, and memory does not grow.
      const key = `enhance:${calls++ % 10_000}`
      cache.del(key)
      if (cache.get(key) !== undefined) return
      await limiter.consume("deepseek")
      await policies.execute(noOperation)
      cache.set(key, true)
    })
  )
}
