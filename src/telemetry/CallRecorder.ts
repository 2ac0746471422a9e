/**
 * Where the program itself keeps what is told: the audit. It stands beside the host's own `CallEvents`, so that neither
 * takes the place of the other, and it alone is handed the bodies.
 */
import * as Context from "effect/Context"
import type * as Fiber from "effect/Fiber"
import type * as Redacted from "effect/Redacted"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { Answer } from "../transport/Transport.ts"
import type { FailureLines } from "./FailureLines.ts"
import { CallEvents, type CallObserver, nobody } from "./CallEvents.ts"

/**
 * What went over the wire in an attempt, by reference: nothing is copied, hashed or sealed while the call runs. `key` is
 * the one that an answer might repeat.
 */
export interface Exchange {
  readonly request: string | undefined
  readonly answer: Answer | undefined
  readonly key: Redacted.Redacted<string> | undefined
}

/**
 * Called with each event, and with the exchange of an attempt that has ended. It must not throw and not wait. Where it
 * says that it is idle now, no event is made.
 */
export interface Recorder {
  (event: CallEvent, exchange: Exchange | undefined): void
  readonly isIdle?: () => boolean
  /** Keeps lines of failure from flooding the log; default: every line is written. */
  readonly lines?: FailureLines
}

/** The recorder in force: that of the fiber, or else the one of the layer that a service was built in. */
export const recorderIn = (fiber: Pick<Fiber.Fiber<unknown, unknown>, "getRef">, built: Recorder): Recorder => {
  const current = fiber.getRef(CallRecorder)
  return current === recordNothing ? built : current
}

/** The recorder where nothing is kept. */
export const recordNothing: Recorder = () => {}

/** The recorder of the program; layers provide it. Default: none. */
export const CallRecorder = Context.Reference<Recorder>("@ludeng/providers/telemetry/CallRecorder", {
  defaultValue: () => recordNothing
})

/**
 * The recorder and the host's observer as one; `undefined` where nobody listens. What the host's throws goes to `onThrow`:
 * it must not break a paid call. `built` is the recorder of the layer that a service was built in: it is told where a host
 * takes the service out and runs it elsewhere.
 */
export const listenerOf = (
  fiber: Pick<Fiber.Fiber<unknown, unknown>, "getRef">,
  onThrow: (event: CallEvent) => void,
  built: Recorder = recordNothing
): Recorder | undefined => {
  const record = recorderIn(fiber, built)
  const observe = fiber.getRef(CallEvents)
  if (observe === nobody) return record === recordNothing || record.isIdle?.() === true ? undefined : record
  return (event, exchange) => {
    record(event, exchange)
    observeSafely(observe, onThrow)(event)
  }
}

/** An observer that throws must not break a paid call: the call goes on without it. */
export const observeSafely =
  (observe: CallObserver, onThrow: (event: CallEvent) => void = () => undefined): CallObserver =>
  (event) => {
    try {
      observe(event)
    } catch {
      onThrow(event)
    }
  }
