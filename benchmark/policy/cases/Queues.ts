/**
 * What people put together: p-queue with p-retry, and bottleneck, opossum and node-cache with p-retry.
 */
import Bottleneck from "bottleneck"
import NodeCache from "node-cache"
import CircuitBreaker from "opossum"
import PQueue from "p-queue"
import pRetry from "p-retry"
import { manyOf, noOperation, type OpenCase } from "../PolicyCase.ts"

/** p-queue with its interval cap and its timeout, around p-retry. */
export const openPQueue: OpenCase = () => {
  const queue = new PQueue({ concurrency: 512, intervalCap: 1_000_000, interval: 1_000, timeout: 30_000 })
  return Promise.resolve(manyOf(() => queue.add(() => pRetry(noOperation, { retries: 3 }))))
}

/** bottleneck, opossum, p-retry and a node-cache that misses and stores. */
export const openBottleneckStack: OpenCase = () => {
  const limiter = new Bottleneck({ maxConcurrent: 512, reservoir: 1_000_000_000 })
  const breaker = new CircuitBreaker(noOperation, { timeout: 30_000 })
  const cache = new NodeCache({ stdTTL: 60, checkperiod: 0 })
  let calls = 0
  return Promise.resolve(
    manyOf(async () => {
      const key = `enhance:${calls++ % 10_000}`
      cache.del(key)
      if (cache.get(key) !== undefined) return
      await pRetry(() => limiter.schedule(() => breaker.fire()), { retries: 3 })
      cache.set(key, true)
    })
  )
}
