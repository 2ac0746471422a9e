/** Records what the pipeline tells, for assertions. */
import * as Effect from "effect/Effect"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import { CallEvents } from "../../src/telemetry/CallEvents.ts"

export const recordCalls = <A, E, R>(
  body: (events: ReadonlyArray<CallEvent>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const events: Array<CallEvent> = []
    return Effect.provideService(body(events), CallEvents, (event) => {
      events.push(event)
    })
  })

export const tagsOf = (events: ReadonlyArray<CallEvent>): ReadonlyArray<string> => events.map((event) => event._tag)
