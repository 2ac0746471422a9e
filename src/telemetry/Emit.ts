/**
 * Tells an event to the program's observer and to the log.
 */
import * as Effect from "effect/Effect"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import { CallEvents } from "./CallEvents.ts"
import { logEvent } from "./CallLog.ts"

/** An observer that throws must not break a paid call: its failure is logged, and the call goes on. */
export const emit = (event: CallEvent): Effect.Effect<void> =>
  Effect.gen(function* () {
    const observe = yield* CallEvents
    try {
      observe(event)
    } catch {
      yield* Effect.logError("the call observer threw").pipe(
        Effect.annotateLogs({ callId: event.callId, event: event._tag })
      )
    }
    yield* logEvent(event)
  })
