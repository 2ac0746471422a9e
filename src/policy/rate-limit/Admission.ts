/**
 * Leave to send one request: a permit of every tier, a slot, and a place at the gate, all taken in one step. Its holder
 * says how far the request came; what that means for the permit is decided here.
 *
 * | the request | `sent` accounting | `answered` accounting |
 * | --- | --- | --- |
 * | was never sent | permit given back | permit given back |
 * | was sent | counted when it was sent | in flight |
 * | was answered | - | counted at the first byte of the answer |
 * | ended without an answer | - | counted `abortGrace` after its end |
 */
import type { SlotUse } from "../bulkhead/Bulkhead.ts"
import type { Ticket } from "../circuit-breaker/CircuitEvent.ts"
import type { Lane } from "./Lane.ts"
import type { PermitId, PermitStore } from "./PermitStore.ts"
import type { Accounting } from "../../../schemas/RateLimit.ts"

/** After the end of a request without an answer: how long the provider may still take to count it. */
export const abortGraceMillis = 2_000

/** Where an admission was given, and where its slot goes back to. */
export interface AdmissionDesk {
  /** The present instant and so many milliseconds, rounded up. */
  readonly instantAfter: (millis: number) => number
  readonly takeBack: (admission: Admission) => void
}

/** An admission. Its methods may be called in this order, each at most once (`onSend` or `onWriting`); what comes after `end` changes nothing. */
export class Admission {
  readonly lane: Lane
  /** The place at the gate. */
  readonly ticket: Ticket
  /** Which slot it holds. */
  readonly use: SlotUse
  readonly #desk: AdmissionDesk
  readonly #store: PermitStore
  readonly #permit: PermitId
  readonly #accounting: Accounting
  #isSent = false
  #isCounted = false
  #isEnded = false

  constructor(desk: AdmissionDesk, lane: Lane, permit: PermitId, ticket: Ticket) {
    this.#desk = desk
    this.lane = lane
    this.#store = lane.store
    this.#permit = permit
    this.ticket = ticket
    this.use = lane.options.use
    this.#accounting = lane.options.accounting
  }

  /** Whether the request may have left this machine. */
  get isSent(): boolean {
    return this.#isSent
  }

  /** The request is sent. */
  onSend(): void {
    this.#isSent = true
    if (this.#accounting === "sent") this.#count(0)
  }

  /** The request is written in this turn: counted at its end, as a write that is held up would be counted too early. */
  onWriting(): void {
    this.#isSent = true
    if (this.#accounting === "sent") queueMicrotask(() => this.#count(0))
  }

  /** The first byte of the answer has come. */
  onFirstByte(): void {
    if (this.#isSent) this.#count(0)
  }

  /** The exchange is over: its last byte has come, or its socket is closed. */
  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    if (this.#isSent) this.#count(this.#accounting === "sent" ? 0 : abortGraceMillis)
    else this.#store.giveBack(this.#permit)
    this.#desk.takeBack(this)
  }

  #count(graceMillis: number): void {
    if (this.#isCounted) return
    this.#isCounted = true
    this.#store.end(this.#permit, this.#desk.instantAfter(graceMillis))
  }
}
