/**
 * The cases of the queue section. Each is loaded only in the process that measures it.
 */
import type { OpenQueue } from "./QueueCase.ts"

/** A case as the report names it. `warmUp` waiters are drained before anything is measured. */
export interface QueueCase {
  readonly name: string
  readonly warmUp: number
  readonly load: () => Promise<OpenQueue>
}

/** The rows that are ours, and the one they are compared with. */
export const oursName = "ours, fibers, 3 classes"
export const roomName = "ours, the waiting room alone, 3 classes"
export const referenceName = "p-queue, priorities 0 to 9"

/** All cases. */
export const queueCases: ReadonlyArray<QueueCase> = [
  { name: oursName, warmUp: 5_000, load: async () => (await import("../ours/Queue.ts")).open },
  { name: roomName, warmUp: 5_000, load: async () => (await import("../ours/Room.ts")).open },
  { name: referenceName, warmUp: 5_000, load: async () => (await import("./cases/PQueue.ts")).open },
  {
    name: "Effect Semaphore(1), fibers, no priorities",
    warmUp: 1_000,
    load: async () => (await import("./cases/EffectSemaphore.ts")).open
  },
  {
    name: "bottleneck, priorities 0 to 9",
    warmUp: 20,
    load: async () => (await import("./cases/Bottleneck.ts")).open
  }
]
