/**
 * What the pipeline hears of an exchange while it runs: how far the request came, for its permit, and what the answer's
 * head says of the provider's limits, for the door.
 */
import type { Admission } from "../policy/rate-limit/Admission.ts"
import type { ExchangeObserver } from "../transport/Transport.ts"
import { pauseByHeaders } from "./LimitHeaders.ts"

/** The observer of one attempt. */
export class AttemptObserver implements ExchangeObserver {
  readonly #admission: Admission
  readonly #pause: (millis: number) => void

  constructor(admission: Admission, pause: (millis: number) => void) {
    this.#admission = admission
    this.#pause = pause
  }

  onSend(): void {
    this.#admission.onSend()
  }

  onFirstByte(): void {
    this.#admission.onFirstByte()
  }

  onHead(headers: Readonly<Record<string, string>>): void {
    const pauseMillis = pauseByHeaders(headers)
    if (pauseMillis !== undefined) this.#pause(pauseMillis)
  }
}
