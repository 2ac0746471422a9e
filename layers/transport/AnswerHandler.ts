/**
 * Collects a whole answer, up to a limit that is counted on the bytes that come and not on what was announced.
 */
import type { ExchangeProgress } from "../../src/transport/ExchangeProgress.ts"
import type { Answer, ExchangeObserver, ExchangeRequest } from "../../src/transport/Transport.ts"
import { ExchangeHandler } from "./ExchangeHandler.ts"

/** How an answer's reading ended. `Broken` carries the error of the socket or of undici, `Defect` the observer's. */
export type Reading =
  | { readonly _tag: "Whole"; readonly answer: Answer }
  | { readonly _tag: "TooLong"; readonly answer: Answer }
  | { readonly _tag: "Broken"; readonly error: unknown }
  | { readonly _tag: "Defect"; readonly defect: unknown }

/** Reads one answer. `onReading` is called once. */
export class AnswerHandler extends ExchangeHandler {
  readonly #maximumBytes: number
  readonly #observer: ExchangeObserver | undefined
  readonly #onReading: (reading: Reading) => void
  readonly #chunks: Array<Uint8Array> = []
  #bytes = 0
  #status = 0
  #headers: Record<string, string> = {}

  constructor(request: ExchangeRequest, progress: ExchangeProgress, onReading: (reading: Reading) => void) {
    super(progress)
    this.#observer = request.observer
    this.#maximumBytes = request.maximumBytes
    this.#onReading = onReading
  }

  protected override onSend(): void {
    this.#tell(() => this.#observer?.onSend())
  }

  protected override onFirstByte(): void {
    this.#tell(() => this.#observer?.onFirstByte())
  }

  protected override onHead(_controller: unknown, status: number, headers: Record<string, string>): void {
    this.#status = status
    this.#headers = headers
    this.#tell(() => this.#observer?.onHead?.(headers))
  }

  protected override onChunk(_controller: unknown, chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength
    this.#chunks.push(chunk)
    if (this.#bytes > this.#maximumBytes) this.#end({ _tag: "TooLong", answer: this.#answer() })
  }

  protected override onEnd(): void {
    this.#end({ _tag: "Whole", answer: this.#answer() })
  }

  protected override onError(error: unknown): void {
    this.#end({ _tag: "Broken", error })
  }

  #answer(): Answer {
    const [first] = this.#chunks
    const body = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#bytes)
    return { status: this.#status, headers: this.#headers, body }
  }

  /** An error thrown into undici would come back as one of the network's. */
  #tell(event: () => void): void {
    try {
      event()
    } catch (defect) {
      this.#end({ _tag: "Defect", defect })
    }
  }

  #end(reading: Reading): void {
    this.settle(() => this.#onReading(reading))
  }
}
