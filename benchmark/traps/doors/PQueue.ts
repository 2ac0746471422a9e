/**
 * p-queue. It has no bound for its queue.
 */
import PQueue from "p-queue"
import type { MakeDoor } from "../Door.ts"

/** Makes it. */
export const makeDoor: MakeDoor = ({ places }) => {
  const queue = new PQueue({ concurrency: places })
  return Promise.resolve({
    run: (task, { priority, signal } = {}) => queue.add(() => task(), { signal, priority: priority === "high" ? 1 : 0 })
  })
}
