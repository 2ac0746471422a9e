/**
 * A timer that is set to one instant at a time, over the shared list of timeouts.
 */
import type { Timeout, TimeoutList } from "../deadline/TimeoutList.ts"

/** Calls `wake` at the instant it was last set to. **Units** milliseconds of the monotonic clock; infinity unsets it. */
export const wakingBy = (timeouts: TimeoutList, wake: () => void): ((at: number) => void) => {
  let current: { readonly at: number; readonly timeout: Timeout } | undefined
  return (at) => {
    if (current === undefined ? !Number.isFinite(at) : current.at === at) return
    current?.timeout.cancel()
    current = undefined
    if (!Number.isFinite(at)) return
    const timeout = timeouts.schedule(at, () => {
      current = undefined
      wake()
    })
    current = { at, timeout }
  }
}
