/**
 * Adds up where the time of a call goes, from the instants it is told. It reads no clock.
 */
import type { CallTimes } from "../../schemas/CallTimes.ts"

/** The stop-watch of one call. **Units** instants and times in milliseconds of the monotonic clock. */
export class CallTimer {
  readonly #begunAt: number
  #queue = 0
  #connect: number | undefined
  #provider = 0
  #paused = 0
  #firstByte: number | undefined
  #body: number | undefined
  #pausedAt: number | undefined
  #attemptAt: number | undefined
  #sentAt: number | undefined
  #firstByteAt: number | undefined
  #lastByteAt: number | undefined

  constructor(begunAt: number) {
    this.#begunAt = begunAt
  }

  /** So long was waited at a door, now. */
  waited(millis: number, at: number): void {
    this.#queue += Math.max(0, millis)
    if (this.#pausedAt === undefined) return
    this.#paused += Math.max(0, at - millis - this.#pausedAt)
    this.#pausedAt = undefined
  }

  attemptStarted(at: number): void {
    this.#attemptAt = at
    this.#sentAt = undefined
    this.#firstByteAt = undefined
    this.#lastByteAt = undefined
  }

  /** A connection was made for this attempt. */
  connected(millis: number): void {
    this.#connect = (this.#connect ?? 0) + Math.max(0, millis)
  }

  sent(at: number): void {
    this.#sentAt = at
  }

  firstByteCame(at: number): void {
    this.#firstByteAt = at
    if (this.#sentAt !== undefined) this.#firstByte = Math.max(0, at - this.#sentAt)
  }

  /** The answer has come to its end. */
  lastByteCame(at: number): void {
    this.#lastByteAt = at
    if (this.#firstByteAt !== undefined) this.#body = Math.max(0, at - this.#firstByteAt)
  }

  attemptEnded(at: number): void {
    if (this.#attemptAt === undefined) return
    this.#provider += Math.max(0, (this.#lastByteAt ?? at) - this.#attemptAt)
    this.#attemptAt = undefined
  }

  pauseBegan(at: number): void {
    this.#pausedAt = at
  }

  /** The times of the call if it ends now. */
  times(at: number): CallTimes {
    const paused = this.#paused + (this.#pausedAt === undefined ? 0 : Math.max(0, at - this.#pausedAt))
    const total = Math.max(0, at - this.#begunAt)
    return {
      queue: this.#queue,
      ...(this.#connect === undefined ? {} : { connect: this.#connect }),
      ...(this.#firstByte === undefined ? {} : { firstByte: this.#firstByte }),
      ...(this.#body === undefined ? {} : { body: this.#body }),
      provider: this.#provider,
      paused,
      own: Math.max(0, total - this.#queue - this.#provider - paused),
      total
    }
  }
}
