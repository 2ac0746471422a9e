/**
 * Tells an event to whoever listens and to the log.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import { logEvent } from "./CallLog.ts"
import { type Exchange, listenerOf, recorderIn, recordNothing, type Recorder } from "./CallRecorder.ts"
import { type FailureLines, isFailing, type Withheld } from "./FailureLines.ts"

/**
 * Tells an event, and writes its line to the log if it has one. `exchange` is for the recorder alone, `built` as in
 * `listenerOf`.
 */
export const emit = (event: CallEvent, exchange?: Exchange, built: Recorder = recordNothing): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    let hasThrown = false
    listenerOf(
      fiber,
      () => {
        hasThrown = true
      },
      built
    )?.(event, exchange)
    const line = boundedLine(event, recorderIn(fiber, built).lines, fiber.getRef(Clock.Clock))
    if (!hasThrown) return line
    return Effect.logError("the call observer threw").pipe(
      Effect.annotateLogs({ event: event._tag, ...("callId" in event ? { callId: event.callId } : {}) }),
      Effect.andThen(line)
    )
  })

/** The line of an event, unless there were too many like it; and how many were withheld before. */
export const boundedLine = (
  event: CallEvent,
  lines: FailureLines | undefined,
  clock: Clock.Clock
): Effect.Effect<void> => {
  if (lines === undefined || !isFailing(event)) return logEvent(event)
  const now = clock.currentTimeMillisUnsafe()
  const withheld = lines.takeOver(now)
  const line = lines.admits(event, now) ? logEvent(event) : Effect.void
  return withheld.length === 0 ? line : Effect.andThen(logWithheld(withheld), line)
}

/** One line for each kind of lines that were withheld. */
export const logWithheld = (withheld: ReadonlyArray<Withheld>): Effect.Effect<void> =>
  Effect.forEach(
    withheld,
    ({ callId, count, like }) =>
      Effect.annotateLogs(Effect.logWarning(`and ${count} more like it`), {
        ...like,
        count,
        ...(callId === undefined ? {} : { callId })
      }),
    { discard: true }
  )
