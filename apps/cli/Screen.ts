/**
 * The terminal, as two streams: finished lines and one moving line go to standard error, the result to standard output.
 *
 * The moving line exists only where standard error is a terminal that can move its cursor. Elsewhere standard error is
 * lines for a person, or, where a program asked for it, one JSON object a line: never both.
 */
import { fitLine } from "./Text.ts"

/** Where bytes go. `columns` is the width of standard error, `undefined` where it is no terminal. */
export interface Streams {
  readonly out: (text: string) => void
  readonly error: (text: string) => void
  readonly columns: () => number | undefined
}

/**
 * A screen. `line` is for a person; `log` takes a line that is an object already; `status` replaces the moving line,
 * `undefined` removes it.
 */
export interface Screen {
  readonly isLive: boolean
  /** Every line on standard error is a JSON object. */
  readonly isStructured: boolean
  readonly line: (text: string) => void
  readonly log: (json: string) => void
  readonly status: (text: string | undefined) => void
  readonly result: (text: string) => void
}

/** A screen over streams; `asksForObjects` holds where there is no terminal. */
export const makeScreen = (streams: Streams, asksForObjects = false): Screen => {
  const isLive = streams.columns() !== undefined
  const isStructured = asksForObjects && !isLive
  let shown: string | undefined
  const erase = (): void => {
    if (shown !== undefined) streams.error("\r\u001b[K")
  }
  const draw = (text: string | undefined): void => {
    shown = text === undefined ? undefined : fitLine(text, streams.columns() ?? 80)
    if (shown !== undefined) streams.error(shown)
  }
  const write = (text: string): void => {
    const before = shown
    erase()
    streams.error(`${text}\n`)
    draw(before)
  }
  return {
    isLive,
    isStructured,
    line: (text) => write(isStructured ? objectOf(text) : text),
    log: write,
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

/** A line for a person, as the log has its lines. */
const objectOf = (message: string): string =>
  JSON.stringify({ message, level: "INFO", timestamp: new Date().toISOString() })
