/**
 * A door with so many places, as the checks of queues use it: whoever finds no place waits.
 */

/** How a caller comes. */
export interface CallerOptions {
  /** Leaves when it aborts. */
  readonly signal?: AbortSignal
  readonly priority?: "high" | "low"
}

/** A door. `run` settles when the task has ended, or rejects when the caller was refused or has left. */
export interface Door {
  readonly run: (task: () => Promise<unknown>, options?: CallerOptions) => Promise<unknown>
}

/** **Units** `waiting` is the longest queue, where the library can bound it; `agingStep` in milliseconds, where it has one. */
export interface DoorOptions {
  readonly places: number
  readonly waiting?: number
  readonly agingStep?: number
}

/** Makes a door; absent where it is not there yet. */
export type MakeDoor = (options: DoorOptions) => Promise<Door | undefined>
