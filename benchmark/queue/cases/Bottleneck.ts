/**
 * bottleneck with one place and priorities. It takes a job in after a timer, and can not cancel one that waits.
 */
import Bottleneck from "bottleneck"
import type { OpenQueue } from "../QueueCase.ts"

/** Opens it. */
export const open: OpenQueue = async (_waiters, done) => {
  const limiter = new Bottleneck({ maxConcurrent: 1 })
  const { promise, resolve } = Promise.withResolvers<void>()
  const started = Promise.withResolvers<void>()
  void limiter.schedule(() => {
    started.resolve()
    return promise
  })
  await started.promise
  const task = () => Promise.resolve(done())
  return {
    add: (waiterClass) => void limiter.schedule({ priority: waiterClass }, task),
    accepted: () => limiter.counts().QUEUED ?? 0,
    release: resolve
  }
}
