/**
 * The lines of failure of a program, kept from flooding its log. The kinds are bounded: what happened, its reason, and
 * what it happened to.
 */
import type { CallEnd, CallEnded } from "../../schemas/CallEnded.ts"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { CallId } from "../../schemas/Identifiers.ts"
import { decideLine, isOver, type LineLimit, lineLimit, type LineWindow } from "./DecideLine.ts"

/** Lines that were withheld. `callId` is that of the last of them, where they are of calls. **Units** `count` in lines. */
export interface Withheld {
  readonly count: number
  readonly like: Readonly<Record<string, string>>
  readonly callId: CallId | undefined
}

interface Kind {
  readonly like: Readonly<Record<string, string>>
  window: LineWindow | undefined
  callId: CallId | undefined
}

type Failing =
  | Extract<
      CallEvent,
      {
        readonly _tag: "AttemptFailed" | "CallRejected" | "FellBack" | "DefectCaught" | "AuditDropped" | "VaultTrouble"
      }
    >
  | (CallEnded & { readonly end: Extract<CallEnd, { readonly _tag: "Failed" | "Refused" | "Died" }> })

/** Whether many equal lines of such an event say no more than a few. */
export const isFailing = (event: CallEvent): event is Failing =>
  event._tag === "AttemptFailed" ||
  event._tag === "CallRejected" ||
  event._tag === "FellBack" ||
  event._tag === "DefectCaught" ||
  event._tag === "AuditDropped" ||
  event._tag === "VaultTrouble" ||
  (event._tag === "CallEnded" && event.end._tag !== "Succeeded" && event.end._tag !== "Interrupted")

const likeOf = (event: Failing): Record<string, string> => {
  const name = { event: event._tag }
  switch (event._tag) {
    case "CallRejected":
      return { ...name, reason: event.reason._tag }
    case "CallEnded":
      return { ...name, method: event.method, reason: event.end._tag === "Died" ? "Died" : event.end.reason._tag }
    case "AuditDropped":
      return { ...name, because: event.because }
    case "VaultTrouble":
      return { ...name, doing: event.doing }
    case "AttemptFailed":
      return { ...name, provider: event.provider, operation: event.operation, reason: event.failure.reason._tag }
    case "FellBack":
      return { ...name, provider: event.provider, operation: event.operation, reason: event.reason, to: event.to }
    case "DefectCaught":
      return { ...name, provider: event.provider, operation: event.operation }
  }
}

/** The state: one window for each kind. */
export class FailureLines {
  readonly #limit: LineLimit
  readonly #kinds = new Map<string, Kind>()

  constructor(limit: LineLimit = lineLimit) {
    this.#limit = limit
  }

  /** Whether the line of an event is written. **Units** `now` in milliseconds. */
  admits(event: Failing, now: number): boolean {
    const like = likeOf(event)
    const name = Object.values(like).join(" ")
    const callId = "callId" in event ? event.callId : undefined
    const kind = this.#kinds.get(name) ?? { like, window: undefined, callId }
    this.#kinds.set(name, kind)
    const { isWritten, window } = decideLine(this.#limit, kind.window, now)
    kind.window = window
    if (!isWritten) kind.callId = callId
    return isWritten
  }

  /** What was withheld in windows that are over; each is given once. */
  takeOver(now: number): ReadonlyArray<Withheld> {
    return this.#take((window) => isOver(this.#limit, window, now))
  }

  /** What was withheld and not told yet. */
  takeAll(): ReadonlyArray<Withheld> {
    return this.#take(() => true)
  }

  #take(isDue: (window: LineWindow) => boolean): ReadonlyArray<Withheld> {
    const due: Array<Withheld> = []
    for (const kind of this.#kinds.values()) {
      const { callId, like, window } = kind
      if (window === undefined || window.withheld === 0 || !isDue(window)) continue
      due.push({ count: window.withheld, like, callId })
      kind.window = { ...window, withheld: 0 }
    }
    return due
  }
}
