/**
 * Builds `EventFeed`: a list of listeners, and the recorder that tells the audit and them.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { CallObserver } from "./CallEvents.ts"
import { observeSafely, recordNothing, type Recorder } from "./CallRecorder.ts"
import { EventFeed } from "./EventFeed.ts"

/** What a slow reader may leave unread. */
const unreadEvents = 1_024

/** Builds the service. */
export const make: Effect.Effect<EventFeed["Service"]> = Effect.gen(function* () {
  const runFork = Effect.runForkWith(yield* Effect.context<never>())
  let listeners: ReadonlyArray<CallObserver> = []

  const thrown = (event: CallEvent): void => {
    const told = { event: event._tag, ...("callId" in event ? { callId: event.callId } : {}) }
    runFork(Effect.annotateLogs(Effect.logError("a listener of the event feed threw"), told))
  }

  const listen = (observer: CallObserver) =>
    Effect.asVoid(
      Effect.acquireRelease(
        Effect.sync(() => {
          const safe = observeSafely(observer, thrown)
          listeners = [...listeners, safe]
          return safe
        }),
        (safe) =>
          Effect.sync(() => {
            listeners = listeners.filter((it) => it !== safe)
          })
      )
    )

  return EventFeed.of({
    publish: (event) => {
      for (const tell of listeners) tell(event)
    },
    hasListeners: () => listeners.length > 0,
    listen,
    stream: Stream.callback<CallEvent>((unread) => listen((event) => void Queue.offerUnsafe(unread, event)), {
      bufferSize: unreadEvents,
      strategy: "sliding"
    })
  })
})

/** The recorder that tells `record` and the feed: idle where `record` keeps nothing and nobody listens. */
export const recorderOf = (record: Recorder, feed: EventFeed["Service"]): Recorder =>
  Object.assign(
    (...[event, exchange]: Parameters<Recorder>) => {
      record(event, exchange)
      feed.publish(event)
    },
    { isIdle: () => record === recordNothing && !feed.hasListeners() }
  )
