/**
 * What the pipeline hears of an exchange while it runs: how far the request came, for its permit, and what the answer's
 * head says of the provider's limits, for the door.
 */
import * as Duration from "effect/Duration"
import type { AuditSettings } from "../../schemas/AuditSettings.ts"
import type { Admission } from "../policy/rate-limit/Admission.ts"
import type { Answer, ExchangeObserver } from "../transport/Transport.ts"
import type { Door } from "./AdmissionControl.ts"
import type { CallTeller } from "./CallTeller.ts"
import { limitsOfHead } from "./LimitHeaders.ts"

/** More than the longest key. */
const edgeBytes = 1_024

/** The observer of one attempt. */
export class AttemptObserver implements ExchangeObserver {
  readonly #admission: Admission
  readonly #door: Door
  readonly #tell: CallTeller

  readonly attempt: number
  readonly keptBytes: number

  constructor(
    admission: Admission,
    door: Door,
    tell: CallTeller,
    attempt: number,
    { bodies, bodyLimit }: AuditSettings
  ) {
    this.attempt = attempt
    // A key at the edge is cut off again by the audit: it is given a little more than it keeps.
    this.keptBytes = bodies === "sealed" ? bodyLimit + edgeBytes : 0
    this.#admission = admission
    this.#door = door
    this.#tell = tell
  }

  onConnected(millis: number): void {
    this.#tell.connected(millis)
  }

  onSend(): void {
    this.#admission.onWriting()
    this.#tell.sent()
  }

  onFirstByte(): void {
    this.#admission.onFirstByte()
    this.#tell.firstByteCame()
  }

  onExchanged(request: string | undefined, answer: Answer | undefined): void {
    this.#tell.exchanged(request, answer)
  }

  onHead(headers: Readonly<Record<string, string>>): void {
    const limits = limitsOfHead(headers)
    if (limits === undefined) return
    const { remaining, resetMillis } = limits
    const { lane, room } = this.#door
    const until = room.instantAfter(resetMillis)
    if (remaining > 0) room.allow(lane, remaining, until)
    else if (room.pause(lane, until)) this.#tell.roomPaused(this.#door, Duration.millis(resetMillis))
  }
}
