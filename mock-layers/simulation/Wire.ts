/**
 * Puts an answer on the wire: when its head and the parts of its body are sent, and what a fault does to its bytes.
 *
 * DeepSeek sends its head at once and blank lines while a request waits, so some of its good answers begin that way.
 *
 * **Source** api-docs.deepseek.com/quick_start/rate_limit (blank lines while waiting), read 2026-11-23.
 */
import type { BodyEnd, Chunk, PlainAnswer, ScriptedAnswer, SimulatedService } from "./Messages.ts"
import { bytesOf } from "./Messages.ts"
import type { FaultKind } from "./Script.ts"
import { streaming } from "./StreamOnTheWire.ts"
import { type Chance, drawInt } from "./SeededRandom.ts"

/**
 * How an answer travels.
 *
 * **Units** `latencyMillis` from the request's arrival to the answer's last byte leaving, `backMillis` is the way back.
 */
export interface Travel {
  readonly service: SimulatedService
  readonly fault: FaultKind | undefined
  readonly latencyMillis: number
  readonly backMillis: number
  readonly chance: Chance
}

const blankLine = bytesOf("\n")
const keepAliveEveryMillis = 1_000
const dripEveryMillis = 1_000
const largestChunkBytes = 65_536
const dripParts = 600

/** The script of an answer, as it comes to the client. */
export const onTheWire = (plain: PlainAnswer, travel: Travel): ScriptedAnswer => {
  const answer = leaving(plain, travel)
  return "afterMillis" in answer ? { ...answer, afterMillis: answer.afterMillis + travel.backMillis } : answer
}

const leaving = (plain: PlainAnswer, travel: Travel): ScriptedAnswer => {
  const { chance, fault, latencyMillis } = travel
  if (plain.events !== undefined) return streaming(plain, plain.events, travel)
  switch (fault) {
    case "refused":
      return { _tag: "Refused" }
    case "silence":
      return { _tag: "Silence" }
    case "reset":
    case "lost-answer":
      return { _tag: "Reset", afterMillis: latencyMillis }
    case "keep-alive-forever":
      return answered(blank(plain), 0, [], { _tag: "BlankLines", everyMillis: keepAliveEveryMillis })
    case "blank-200":
      return answered(blank(plain), 0, blankLines(3, latencyMillis), { _tag: "Complete" })
    case "truncated-body": {
      const cut = drawInt(chance, "cut", 1, Math.max(1, plain.body.length - 2))
      return answered(sized(plain), latencyMillis, chunksOf(plain.body.subarray(0, cut)), { _tag: "Lost" })
    }
    case "slow-drip":
      return answered(sized(plain), 0, drip(plain.body), { _tag: "Complete" })
    case "bad-json": {
      const bad = { ...plain, body: bytesOf("upstream said: { oops") }
      return answered(sized(bad), latencyMillis, chunksOf(bad.body), { _tag: "Complete" })
    }
    default:
      return beginsBlank(travel, plain)
        ? answered(plain, latencyMillis * 0.2, afterBlankLines(plain.body, latencyMillis * 0.8, chance), {
            _tag: "Complete"
          })
        : answered(sized(plain), latencyMillis, chunksOf(plain.body), { _tag: "Complete" })
  }
}

const answered = (
  { headers, status }: PlainAnswer,
  afterMillis: number,
  chunks: ReadonlyArray<Chunk>,
  end: BodyEnd
): ScriptedAnswer => ({ _tag: "Answered", afterMillis: Math.round(afterMillis), status, headers, chunks, end })

const sized = (plain: PlainAnswer): PlainAnswer => ({
  ...plain,
  headers: { ...plain.headers, "content-length": String(plain.body.length) }
})

const blank = (plain: PlainAnswer): PlainAnswer => ({
  ...plain,
  status: 200,
  headers: { "content-type": "application/json" }
})

const beginsBlank = ({ chance, service }: Travel, plain: PlainAnswer): boolean =>
  service === "deepseek" && plain.status === 200 && chance("blank") < 0.25

const blankLines = (count: number, overMillis: number): ReadonlyArray<Chunk> =>
  Array.from({ length: count }, () => ({ afterMillis: Math.round(overMillis / count), bytes: blankLine }))

const afterBlankLines = (body: Uint8Array, overMillis: number, chance: Chance): ReadonlyArray<Chunk> => {
  const count = drawInt(chance, "blank/count", 1, 4)
  const pause = overMillis / (count + 1)
  return [...blankLines(count, pause * count), { afterMillis: Math.round(pause), bytes: body }]
}

const chunksOf = (body: Uint8Array): ReadonlyArray<Chunk> =>
  Array.from({ length: Math.ceil(body.length / largestChunkBytes) }, (_, index) => ({
    afterMillis: 0,
    bytes: body.subarray(index * largestChunkBytes, (index + 1) * largestChunkBytes)
  }))

/** One byte a second, or of a long body one part in 600. */
const drip = (body: Uint8Array): ReadonlyArray<Chunk> => {
  const size = Math.max(1, Math.ceil(body.length / dripParts))
  return Array.from({ length: Math.ceil(body.length / size) }, (_, index) => ({
    afterMillis: dripEveryMillis,
    bytes: body.subarray(index * size, (index + 1) * size)
  }))
}
