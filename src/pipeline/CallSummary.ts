/**
 * Adds up what the requests of a call took, for the one line and the one event that tell of the whole call. It reads no
 * clock.
 */
import type { CallSums } from "../../schemas/CallEnded.ts"
import type { CallTimes } from "../../schemas/CallTimes.ts"

const sum = (left: number | undefined, right: number | undefined): number | undefined =>
  right === undefined ? left : (left ?? 0) + right

const given = <K extends string>(name: K, value: number | undefined): { readonly [P in K]?: number } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [P in K]: number })

/** The sums of one call. **Units** milliseconds; instants of the monotonic clock. */
export class CallSummary {
  readonly #requests: Array<string> = []
  #queue: number | undefined
  #connect: number | undefined
  #firstByte: number | undefined
  #body: number | undefined
  #provider: number | undefined
  #paused: number | undefined
  #awaited: number | undefined
  #awaitedSince: number | undefined
  #notOwn = 0
  #isJoined = false

  /** The kinds of requests, each once, in order. */
  get requests(): ReadonlyArray<string> {
    return this.#requests
  }

  /** A request has ended. */
  requestEnded(provider: string, operation: string, times: CallTimes): void {
    const kind = `${provider}.${operation}`
    if (!this.#requests.includes(kind)) this.#requests.push(kind)
    this.#queue = sum(this.#queue, times.queue)
    this.#connect = sum(this.#connect, times.connect)
    this.#firstByte = sum(this.#firstByte, times.firstByte)
    this.#body = sum(this.#body, times.body)
    this.#provider = sum(this.#provider, times.provider)
    this.#paused = sum(this.#paused, times.paused)
    // While a picture is awaited all time is the waiting's, but for what the library took of each request.
    this.#notOwn += this.#awaitedSince === undefined ? times.queue + times.provider + times.paused : -times.own
  }

  /** The waiting for a picture begins. */
  awaits(at: number): void {
    this.#awaitedSince = at
  }

  /** It has ended. */
  awaited(at: number): void {
    if (this.#awaitedSince === undefined) return
    this.#awaited = (this.#awaited ?? 0) + Math.max(0, at - this.#awaitedSince)
    this.#awaitedSince = undefined
  }

  /** The call waits for an equal one of somebody else: whose time that is can not be told apart. */
  joined(): void {
    this.#isJoined = true
  }

  /** What is known when the whole took `total`. */
  sums(total: number): CallSums {
    const whole = Math.max(0, total)
    const own = Math.max(0, whole - (this.#awaited ?? 0) - this.#notOwn)
    return {
      ...given("queue", this.#queue),
      ...given("connect", this.#connect),
      ...given("firstByte", this.#firstByte),
      ...given("body", this.#body),
      ...given("provider", this.#provider),
      ...given("paused", this.#paused),
      ...given("awaited", this.#awaited),
      ...(this.#isJoined ? {} : { own }),
      total: whole
    }
  }
}
