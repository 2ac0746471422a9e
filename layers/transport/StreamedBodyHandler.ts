/**
 * Reads a body as fast as it is taken and no faster: undici is told to pause as soon as some chunks wait, and to go on
 * when they have been taken. What is kept is bounded by `waitingBytes` and one read of the socket.
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import type { Dispatcher } from "undici"
import type { ExchangeProgress } from "../../src/transport/ExchangeProgress.ts"
import type { AnswerHead, ExchangeObserver } from "../../src/transport/Transport.ts"
import type { TransportFailed } from "../../src/transport/TransportFailed.ts"
import { ExchangeHandler } from "./ExchangeHandler.ts"

/** So many bytes may wait to be taken. */
const waitingBytes = 64 * 1024

type Controller = Dispatcher.DispatchController
type Failure = Effect.Effect<never, TransportFailed>

/** What the reader is told, and whom it tells. */
export interface StreamedBodyRules {
  /** Why an answer with this head is not read; `undefined` where it is. */
  readonly headProblem: (head: AnswerHead) => Failure | undefined
  /** Why the body is not read on when it has so many bytes; `undefined` where it is. */
  readonly lengthProblem: (bytes: number) => Failure | undefined
  readonly broken: (error: unknown) => Failure
  /** Called with the head, or with the failure that came before it. */
  readonly onStart: (start: Effect.Effect<AnswerHead, TransportFailed>) => void
  /** Called when the body is not read to its end. */
  readonly onFailure: () => void
  /** Who hears how far the exchange has come. */
  readonly observer?: ExchangeObserver | undefined
}

/** Reads one body. */
export class StreamedBodyHandler extends ExchangeHandler {
  readonly #rules: StreamedBodyRules
  #controller: Controller | undefined
  #chunks: Array<Uint8Array> = []
  #waitingBytes = 0
  #totalBytes = 0
  #ending: Pull.Pull<never, TransportFailed> | undefined
  #isWhole = false
  #wake = (): void => undefined

  constructor(progress: ExchangeProgress, rules: StreamedBodyRules) {
    super(progress)
    this.#rules = rules
  }

  /** Whether the last byte has come; the connection is free then. */
  get isWhole(): boolean {
    return this.#isWhole
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

  protected override onSend(): void {
    this.#tell(() => this.#rules.observer?.onSend())
  }

  protected override onFirstByte(): void {
    this.#tell(() => this.#rules.observer?.onFirstByte())
  }

  protected override onHead(controller: Controller, status: number, headers: Record<string, string>): void {
    this.#controller = controller
    const head = { status, headers }
    const problem = this.#rules.headProblem(head)
    if (problem !== undefined) return this.fail(problem)
    this.#tell(() => this.#rules.observer?.onHead?.(headers))
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
    this.#isWhole = true
    this.#end(Cause.done(), () => undefined)
  }

  protected override onError(error: unknown): void {
    this.fail(this.#rules.broken(error))
  }

  /** An error thrown into undici would come back as one of the network's. */
  #tell(event: () => void): void {
    try {
      event()
    } catch (defect) {
      this.fail(Effect.die(defect))
    }
  }

  #end(ending: Pull.Pull<never, TransportFailed>, then: () => void): void {
    this.settle(() => {
      this.#ending = ending
      then()
      this.#wake()
    })
  }
}
