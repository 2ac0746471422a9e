/**
 * Effect's `Semaphore`. It has no bound for its queue, and no priorities.
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { MakeDoor } from "../Door.ts"
import { effectOf } from "../EffectCall.ts"

/** Makes it. */
export const makeDoor: MakeDoor = ({ places }) => {
  const semaphore = Semaphore.makeUnsafe(places)
  return Promise.resolve({
    run: (task, { signal } = {}) =>
      Effect.runPromise(semaphore.withPermits(1)(effectOf(task)), signal === undefined ? {} : { signal })
  })
}
