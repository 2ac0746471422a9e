/**
 * What a case of the queue section is: a door with one place, taken by somebody who stays until it is told to go, and
 * waiters before it.
 */

/** A waiter's class: 0 goes first, 9 last. Cases that know fewer classes take the nearest. */
export type WaiterClass = number

/** A queue whose one place is taken. */
export interface OpenedQueue {
  /** Adds a waiter that counts itself when its turn comes. With `isCancellable` it can be cancelled later. */
  readonly add: (waiterClass: WaiterClass, isCancellable: boolean) => void
  /** How many of the added wait; where adding is not done at once, this lags behind. Absent: all of them. */
  readonly accepted?: () => number
  /** Cancels the n-th waiter added, from 0. Absent where waiting can not be cancelled. */
  readonly cancel?: (index: number) => void
  /** The place becomes free. */
  readonly release: () => void
}

/** Opens a queue for at most `waiters`; each that had its turn calls `done`, each that was cancelled calls `gone`. */
export type OpenQueue = (waiters: number, done: () => void, gone: () => void) => Promise<OpenedQueue | undefined>
