/**
 * What both ways of reading an answer have in common: an undici handler that notes how far the exchange has come, and
 * ends it exactly once, well or badly.
 *
 * **Gotchas** undici calls a handler from within its parser, and the parser can not be entered again from there. So the
 * fiber that waits is never woken, and the connection never touched, before the parser has returned (`queueMicrotask`).
 */
import type { IncomingHttpHeaders } from "node:http"
import type { Dispatcher } from "undici"
import type { ExchangeProgress } from "../../src/transport/ExchangeProgress.ts"

type Controller = Dispatcher.DispatchController

/** undici's headers with one value for each name; of several, a list by commas (RFC 9110 section 5.3). */
const joined = (headers: IncomingHttpHeaders): Record<string, string> => {
  const result: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) result[name] = typeof value === "string" ? value : value.join(", ")
  }
  return result
}

/** The base of both handlers. */
export abstract class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #progress: ExchangeProgress
  #isSettled = false
  #hasFirstByte = false

  constructor(progress: ExchangeProgress) {
    this.#progress = progress
  }

  protected abstract onHead(controller: Controller, status: number, headers: Record<string, string>): void
  protected abstract onChunk(controller: Controller, chunk: Uint8Array): void
  protected abstract onEnd(): void
  protected abstract onError(error: unknown): void
  protected onSend(): void {}
  protected onFirstByte(): void {}

  /** Whether the exchange is over: whatever still comes from undici means nothing. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Ends the exchange, if it has not ended yet; `then` runs as soon as undici's parser has returned. */
  settle(then?: () => void): void {
    if (this.#isSettled) return
    this.#isSettled = true
    if (then !== undefined) queueMicrotask(then)
  }

  onRequestStart(controller: Controller): void {
    const isFirst = !this.#isSettled && !this.#progress.wasSent
    if (isFirst) {
      this.#progress.wasSent = true
      this.#progress.phase = "send"
      this.onSend()
    }
    if (!isFirst || this.#isSettled) {
      controller.abort(new Error("A request is written once, and only while somebody waits for its answer"))
    }
  }

  onRequestSent(): void {
    if (this.#progress.phase === "send") this.#progress.phase = "headers"
  }

  onResponseStarted(): void {
    if (this.#isSettled || this.#hasFirstByte) return
    this.#hasFirstByte = true
    this.onFirstByte()
  }

  onResponseStart(controller: Controller, status: number, headers: IncomingHttpHeaders): void {
    if (this.#isSettled || status < 200) return
    this.#progress.phase = "body"
    this.#progress.status = status
    this.onHead(controller, status, joined(headers))
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (!this.#isSettled) this.onChunk(controller, chunk)
  }

  onResponseEnd(): void {
    if (!this.#isSettled) this.onEnd()
  }

  onResponseError(_controller: Controller, error: Error): void {
    if (!this.#isSettled) this.onError(error)
  }
}
