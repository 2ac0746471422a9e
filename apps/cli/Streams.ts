/**
 * The process's own output streams. A reader that has gone away (`ludeng … | head`) is no failure of ours; a full disk
 * behind standard output is.
 */
import type { Streams } from "./Screen.ts"

/** The streams, and a way to wait until everything written has left the process, or is known to be lost. */
export const processStreams = (): {
  readonly streams: Streams
  readonly flush: (then: (isLost: boolean) => void) => void
} => {
  let isLost = false
  process.stderr.on("error", () => {})
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    isLost ||= error.code !== "EPIPE"
  })
  return {
    streams: {
      out: (text) => process.stdout.write(text),
      error: (text) => process.stderr.write(text),
      columns: () => (process.stderr.isTTY && process.env["TERM"] !== "dumb" ? process.stderr.columns || 80 : undefined)
    },
    flush: (then) =>
      void process.stdout.write("", () => process.stderr.write("", () => setImmediate(() => then(isLost))))
  }
}
