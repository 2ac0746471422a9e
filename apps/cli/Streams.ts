/**
 * The process's own output streams. A reader that has gone away (`ludeng … | head`) is no failure of ours.
 */
import type { Streams } from "./Screen.ts"

/** The streams, and a way to wait until everything written has left the process. */
export const processStreams = (): { readonly streams: Streams; readonly flush: (then: () => void) => void } => {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {})
  return {
    streams: {
      out: (text) => process.stdout.write(text),
      error: (text) => process.stderr.write(text),
      columns: () => (process.stderr.isTTY && process.env["TERM"] !== "dumb" ? process.stderr.columns || 80 : undefined)
    },
    flush: (then) => void process.stdout.write("", () => process.stderr.write("", then))
  }
}
