/**
 * The terminal, as two streams: finished lines and one moving line go to standard error, the result to standard output.
 *
 * The moving line exists only where standard error is a terminal that can move its cursor; elsewhere every line is plain.
 */
import { fitLine } from "./Text.ts"

/** Where bytes go. `columns` is the width of standard error, `undefined` where it is no terminal. */
export interface Streams {
  readonly out: (text: string) => void
  readonly error: (text: string) => void
  readonly columns: () => number | undefined
}

/** A screen. `status` replaces the moving line; `undefined` removes it. */
export interface Screen {
  readonly isLive: boolean
  readonly line: (text: string) => void
  readonly status: (text: string | undefined) => void
  readonly result: (text: string) => void
}

/** A screen over streams. */
export const makeScreen = (streams: Streams): Screen => {
  const isLive = streams.columns() !== undefined
  let shown: string | undefined
  const erase = (): void => {
    if (shown !== undefined) streams.error("\r\u001b[K")
  }
  const draw = (text: string | undefined): void => {
    shown = text === undefined ? undefined : fitLine(text, streams.columns() ?? 80)
    if (shown !== undefined) streams.error(shown)
  }
  return {
    isLive,
    line: (text) => {
      const before = shown
      erase()
      streams.error(`${text}\n`)
      draw(before)
    },
    status: (text) => {
      if (!isLive) return
      erase()
      draw(text)
    },
    result: (text) => {
      erase()
      shown = undefined
      streams.out(`${text}\n`)
    }
  }
}
