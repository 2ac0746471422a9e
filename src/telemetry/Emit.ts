/**
 * Tells an event to whoever listens and to the log.
 */
import * as Effect from "effect/Effect"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import { logEvent } from "./CallLog.ts"
import { type Exchange, listenerOf, type Recorder } from "./CallRecorder.ts"

/**
 * Tells an event, and writes its line to the log if it has one. `exchange` is for the recorder alone, `built` as in
 * `listenerOf`.
 */
export const emit = (event: CallEvent, exchange?: Exchange, built?: Recorder): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    let hasThrown = false
    listenerOf(
      fiber,
      () => {
        hasThrown = true
      },
      built
    )?.(event, exchange)
    if (!hasThrown) return logEvent(event)
    return Effect.logError("the call observer threw").pipe(
      Effect.annotateLogs({ event: event._tag, ...("callId" in event ? { callId: event.callId } : {}) }),
      Effect.andThen(logEvent(event))
    )
  })
