/**
 * Effect's `Semaphore` with one permit: first come first served, no priorities.
 */
import * as Semaphore from "effect/Semaphore"
import { fibersBehind } from "../Fibers.ts"
import type { OpenQueue } from "../QueueCase.ts"

/** Opens it. */
export const open: OpenQueue = (_waiters, done, gone) => {
  const semaphore = Semaphore.makeUnsafe(1)
  return fibersBehind((effect) => semaphore.withPermits(1)(effect), done, gone)
}
