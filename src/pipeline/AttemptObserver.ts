/**
 * What the pipeline hears of an exchange while it runs: how far the request came, for its permit, and what the answer's
 * head says of the provider's limits, for the door.
 */
import type { Admission } from "../policy/rate-limit/Admission.ts"
import type { ExchangeObserver } from "../transport/Transport.ts"
import type { Door } from "./AdmissionControl.ts"
import { pauseByHeaders } from "./LimitHeaders.ts"

/** The observer of one attempt. */
export class AttemptObserver implements ExchangeObserver {
  readonly #admission: Admission
  readonly #door: Door

  constructor(admission: Admission, door: Door) {
    this.#admission = admission
    this.#door = door
  }

  onSend(): void {
    this.#admission.onSend()
  }

  onFirstByte(): void {
    this.#admission.onFirstByte()
  }

  onHead(headers: Readonly<Record<string, string>>): void {
    const pauseMillis = pauseByHeaders(headers)
    if (pauseMillis === undefined) return
    const { lane, room } = this.#door
    room.pause(lane, room.instantAfter(pauseMillis))
  }
}
