/**
 * p-queue's strict interval cap. Tiers are queues in queues.
 */
import PQueue from "p-queue"
import type { MakePaced } from "../Paced.ts"

type Run = (task: () => unknown, signal: AbortSignal | undefined) => Promise<unknown>

/** Makes it. */
export const makePaced: MakePaced = (tiers) => {
  const run = tiers.reduceRight<Run>(
    (inner, { limit, window }) => {
      const queue = new PQueue({ intervalCap: limit, interval: window, strict: true })
      return (task, signal) => queue.add(() => inner(task, signal), { signal })
    },
    async (task) => task()
  )
  return Promise.resolve({ run: (task, signal) => run(task, signal) })
}
