/**
 * How many equal lines of failure are written while a provider is down: the first of a minute, and then how many more there
 * were. Pure; what is withheld is always counted.
 */

/** **Units** `lines` written of one kind in a window of `windowMillis`. */
export interface LineLimit {
  readonly lines: number
  readonly windowMillis: number
}

/** Twenty lines of a kind in a minute. */
export const lineLimit: LineLimit = { lines: 20, windowMillis: 60_000 }

/** One kind of line in its window. **Units** `startedAt` in milliseconds, the counts in lines. */
export interface LineWindow {
  readonly startedAt: number
  readonly written: number
  readonly withheld: number
}

/** What is done with a line. `told`: how many lines of the window before were withheld, to be told now. */
export interface LineDecision {
  readonly isWritten: boolean
  readonly told: number
  readonly window: LineWindow
}

/** Whether a window is over. A clock that was put back begins a new one. */
export const isOver = (limit: LineLimit, window: LineWindow, now: number): boolean =>
  now - window.startedAt >= limit.windowMillis || now < window.startedAt

/** Decides about the next line of a kind. **Units** `now` in milliseconds. */
export const decideLine = (limit: LineLimit, window: LineWindow | undefined, now: number): LineDecision => {
  if (window === undefined || isOver(limit, window, now)) {
    return { isWritten: true, told: window?.withheld ?? 0, window: { startedAt: now, written: 1, withheld: 0 } }
  }
  const isWritten = window.written < limit.lines
  return {
    isWritten,
    told: 0,
    window: isWritten ? { ...window, written: window.written + 1 } : { ...window, withheld: window.withheld + 1 }
  }
}
