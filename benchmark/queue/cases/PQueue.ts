/**
 * p-queue with one place and priorities.
 */
import PQueue from "p-queue"
import type { OpenQueue } from "../QueueCase.ts"

/** Opens it. */
export const open: OpenQueue = (_waiters, done, gone) => {
  const queue = new PQueue({ concurrency: 1 })
  const { promise, resolve } = Promise.withResolvers<void>()
  void queue.add(() => promise)
  const controllers: Array<AbortController> = []
  return Promise.resolve({
    add: (waiterClass, isCancellable) => {
      const priority = 9 - waiterClass
      if (!isCancellable) return void queue.add(done, { priority })
      const controller = new AbortController()
      controllers.push(controller)
      queue.add(done, { priority, signal: controller.signal }).catch(gone)
    },
    cancel: (index) => controllers[index]?.abort(),
    release: resolve
  })
}
