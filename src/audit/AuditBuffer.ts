/**
 * What waits to be written, in memory: bounded in rows and in the bytes of the bodies that it holds on to.
 */
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { Exchange } from "../telemetry/CallRecorder.ts"

/** An event as it was heard. `isLeftOut` where its bodies would have been too much. */
export interface Heard {
  readonly event: CallEvent
  readonly exchange: Exchange | undefined
  readonly isLeftOut: boolean
}

/** The bodies that may wait. **Units** bytes, 16 MiB. */
export const waitingBodyBytes = 16 * 1024 * 1024

/** The buffer. What does not fit is dropped, the newest, and counted. **Units** `limit` in rows. */
export class AuditBuffer {
  readonly #limit: number
  #waiting: Array<Heard> = []
  #inHand = 0
  #bodyBytes = 0
  #dropped = 0
  #droppedInAll = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Rows that wait, those that are being written among them. */
  get size(): number {
    return this.#waiting.length + this.#inHand
  }

  get droppedInAll(): number {
    return this.#droppedInAll
  }

  offer(event: CallEvent, exchange: Exchange | undefined): void {
    if (this.size >= this.#limit) {
      this.drop(1)
      return
    }
    const bytes = bytesOf(exchange)
    const isLeftOut = bytes > 0 && this.#bodyBytes + bytes > waitingBodyBytes
    if (!isLeftOut) this.#bodyBytes += bytes
    this.#waiting.push({ event, exchange: isLeftOut ? undefined : exchange, isLeftOut })
  }

  /** The oldest, at most so many; they count until they are written or put back. */
  take(most: number): ReadonlyArray<Heard> {
    const taken = this.#waiting.splice(0, most)
    this.#inHand = taken.length
    return taken
  }

  written(heard: ReadonlyArray<Heard>): void {
    this.#inHand = 0
    for (const { exchange } of heard) this.#bodyBytes -= bytesOf(exchange)
  }

  putBack(heard: ReadonlyArray<Heard>): void {
    this.#inHand = 0
    this.#waiting = [...heard, ...this.#waiting]
  }

  drop(count: number): void {
    this.#dropped += count
    this.#droppedInAll += count
  }

  /** How many were dropped since this was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }
}

const bytesOf = (exchange: Exchange | undefined): number =>
  exchange === undefined ? 0 : (exchange.request?.length ?? 0) + (exchange.answer?.body.length ?? 0)
