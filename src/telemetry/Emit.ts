/**
 * Tells an event to the program's observer and to the log.
 */
import * as Effect from "effect/Effect"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import { CallEvents, type CallObserver } from "./CallEvents.ts"
import { logEvent } from "./CallLog.ts"

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

/** Tells an event, and writes its line to the log if it has one. */
export const emit = (event: CallEvent): Effect.Effect<void> =>
  Effect.gen(function* () {
    const observe = yield* CallEvents
    let hasThrown = false
    observeSafely(observe, () => {
      hasThrown = true
    })(event)
    if (hasThrown) {
      yield* Effect.logError("the call observer threw").pipe(
        Effect.annotateLogs({ event: event._tag, ...("callId" in event ? { callId: event.callId } : {}) })
      )
    }
    yield* logEvent(event)
  })
