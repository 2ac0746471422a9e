/**
 * Puts a stream of events on the wire: its head at once, comments while the request waits, then the events over the rest
 * of its time. Where bytes are cut is drawn from the seed, and heeds neither events nor letters.
 *
 * **Source** api-docs.deepseek.com/quick_start/rate_limit (`: keep-alive` comments while waiting), read 2026-11-23.
 */
import { bytesOf, type Chunk, type PlainAnswer, type ScriptedAnswer } from "./Messages.ts"
import { drawInt } from "./SeededRandom.ts"
import type { Travel } from "./Wire.ts"

const keepAlive = bytesOf(": keep-alive\n\n")
const keepAliveEveryMillis = 1_000
const dripEveryMillis = 1_000

/** The script of a streamed answer. */
export const streaming = (
  plain: PlainAnswer,
  events: ReadonlyArray<Uint8Array>,
  { chance, fault, latencyMillis }: Travel
): ScriptedAnswer => {
  const waiting = chance("stream/waits") < 0.25 ? drawInt(chance, "stream/comments", 1, 3) : 0
  const beginning = { afterMillis: Math.round(latencyMillis * 0.3), bytes: waiting === 0 ? bytesOf("") : keepAlive }
  const comments = Array.from({ length: Math.max(0, waiting - 1) }, () => ({ afterMillis: 0, bytes: keepAlive }))
  const answered = (chunks: ReadonlyArray<Chunk>, end: "Complete" | "Lost" | "BlankLines"): ScriptedAnswer => ({
    _tag: "Answered",
    afterMillis: 0,
    status: plain.status,
    headers: plain.headers,
    chunks,
    end: end === "BlankLines" ? { _tag: end, everyMillis: keepAliveEveryMillis, line: keepAlive } : { _tag: end }
  })
  const parts = cutAnywhere(Buffer.concat(events), events.length, chance)
  const eachMillis = Math.round((latencyMillis * 0.7) / Math.max(1, parts.length))
  const spread = (bytes: ReadonlyArray<Uint8Array>, afterMillis: number): ReadonlyArray<Chunk> =>
    [beginning, ...comments]
      .filter((it) => it.bytes.length > 0 || it.afterMillis > 0)
      .concat(bytes.map((it) => ({ afterMillis, bytes: Buffer.from(it) })))
  switch (fault) {
    case "truncated-body": {
      const whole = Buffer.concat(parts)
      return answered(
        spread([whole.subarray(0, drawInt(chance, "cut", 1, Math.max(1, whole.length - 2)))], eachMillis),
        "Lost"
      )
    }
    case "stalled-stream":
      return answered(spread(parts, eachMillis), "BlankLines")
    case "slow-drip":
      return answered(spread(parts, dripEveryMillis), "Complete")
    case "bad-json":
      return answered(spread([bytesOf("data: upstream said: { oops\n\n")], eachMillis), "Complete")
    default:
      return answered(spread(parts, eachMillis), "Complete")
  }
}

/** As many parts as there are events, cut anywhere. */
const cutAnywhere = (bytes: Uint8Array, count: number, chance: Travel["chance"]): ReadonlyArray<Uint8Array> => {
  const largest = Math.max(1, Math.ceil((2 * bytes.length) / Math.max(1, count)))
  const parts: Array<Uint8Array> = []
  for (let at = 0; at < bytes.length;) {
    const length = drawInt(chance, `stream/cut/${parts.length}`, 1, largest)
    parts.push(bytes.subarray(at, at + length))
    at += length
  }
  return parts
}
