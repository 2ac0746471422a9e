/**
 * Reads a file as fast as it is taken and no faster: undici is told to pause as soon as some chunks wait, and to go on
 * when they have been taken. What is kept is bounded by `waitingBytes` and one read of the socket.
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import type { Dispatcher } from "undici"
import type { ExchangeProgress } from "../../src/transport/ExchangeProgress.ts"
import type { AnswerHead } from "../../src/transport/Transport.ts"
import type { TransportFailed } from "../../src/transport/TransportFailed.ts"
import { ExchangeHandler } from "./ExchangeHandler.ts"

/** So many bytes may wait to be taken. */
const waitingBytes = 64 * 1024

type Controller = Dispatcher.DispatchController
type Failure = Effect.Effect<never, TransportFailed>

/** What the reader is told, and whom it tells. */
export interface DownloadRules {
  /** Why an answer with this head is not read; `undefined` where it is. */
  readonly headProblem: (head: AnswerHead) => Failure | undefined
  /** Why the file is not read on when it has so many bytes; `undefined` where it is. */
  readonly lengthProblem: (bytes: number) => Failure | undefined
  readonly broken: (error: unknown) => Failure
  /** Called with the head, or with the failure that came before it. */
  readonly onStart: (start: Effect.Effect<AnswerHead, TransportFailed>) => void
  /** Called when the file is not read to its end. */
  readonly onFailure: () => void
}

/** Reads one file. */
export class DownloadHandler extends ExchangeHandler {
  readonly #rules: DownloadRules
  #controller: Controller | undefined
  #chunks: Array<Uint8Array> = []
  #waitingBytes = 0
  #totalBytes = 0
  #ending: Pull.Pull<never, TransportFailed> | undefined
  #wake = (): void => undefined

  constructor(progress: ExchangeProgress, rules: DownloadRules) {
    super(progress)
    this.#rules = rules
  }

  /** Takes what has come, and waits where nothing has. For one reader. */
  readonly pull: Pull.Pull<Arr.NonEmptyReadonlyArray<Uint8Array>, TransportFailed> = Effect.suspend(() => {
    const chunks = this.#chunks
    if (Arr.isArrayNonEmpty(chunks)) {
      this.#chunks = []
      this.#waitingBytes = 0
      if (this.#controller?.paused === true) queueMicrotask(() => this.#controller?.resume())
      return Effect.succeed(chunks)
    }
    if (this.#ending !== undefined) return this.#ending
    return Effect.andThen(
      Effect.callback<void>((resume) => {
        this.#wake = () => resume(Effect.void)
      }),
      this.pull
    )
  })

  /** Breaks the reading off. */
  fail(failure: Failure): void {
    this.#end(failure, () => {
      this.#rules.onStart(failure)
      this.#rules.onFailure()
    })
  }

  protected override onHead(controller: Controller, status: number, headers: Record<string, string>): void {
    this.#controller = controller
    const head = { status, headers }
    const problem = this.#rules.headProblem(head)
    if (problem !== undefined) return this.fail(problem)
    queueMicrotask(() => this.#rules.onStart(Effect.succeed(head)))
  }

  protected override onChunk(controller: Controller, chunk: Uint8Array): void {
    this.#totalBytes += chunk.byteLength
    const problem = this.#rules.lengthProblem(this.#totalBytes)
    if (problem !== undefined) return this.fail(problem)
    this.#chunks.push(chunk)
    this.#waitingBytes += chunk.byteLength
    if (this.#waitingBytes >= waitingBytes) controller.pause()
    queueMicrotask(() => this.#wake())
  }

  protected override onEnd(): void {
    this.#end(Cause.done(), () => undefined)
  }

  protected override onError(error: unknown): void {
    this.fail(this.#rules.broken(error))
  }

  #end(ending: Pull.Pull<never, TransportFailed>, then: () => void): void {
    this.settle(() => {
      this.#ending = ending
      then()
      this.#wake()
    })
  }
}
