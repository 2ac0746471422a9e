/**
 * Counts what runs at the same time, and how long things take.
 */
import { setTimeout as sleep } from "node:timers/promises"

/** A counter of what runs now, and of the most that ever did. */
export class Running {
  now = 0
  most = 0

  begin(): void {
    this.now += 1
    this.most = Math.max(this.most, this.now)
  }

  end(): void {
    this.now -= 1
  }
}

/** Waits. **Units** milliseconds. */
export const pause = (millis: number): Promise<void> => sleep(millis)

/** Whether something comes true in time; looked at every few milliseconds. Tells how long it took, or nothing. */
export const comesTrue = async (holds: () => boolean, within: number, every = 2): Promise<number | undefined> => {
  const begunAt = performance.now()
  while (performance.now() - begunAt < within) {
    if (holds()) return performance.now() - begunAt
    await pause(every)
  }
  return holds() ? performance.now() - begunAt : undefined
}

/** Lets a promise be, whatever becomes of it. */
export const unwatched = (promise: Promise<unknown>): void => {
  promise.catch(() => undefined)
}

/** A number of milliseconds in words. */
export const millisText = (millis: number | undefined): string =>
  millis === undefined ? "never" : `${Math.round(millis)} ms`
