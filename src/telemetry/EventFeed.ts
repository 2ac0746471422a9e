/**
 * Where everybody in a program hears what happens: metrics, alerts, health and whoever watches. It is told what the audit
 * is told, of every call, job, key and circuit, whoever made the call.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { CallObserver } from "./CallEvents.ts"

/**
 * The service. It never fails.
 *
 * **When to use** `CallEvents` gives the events of the calls of one effect; the feed those of the whole program.
 *
 * **Details** With no listener, and no audit, no event is made: a call pays nothing.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventFeed, PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const program = Effect.gen(function* () {
 *   const feed = yield* EventFeed
 *   let calls = 0
 *   yield* feed.listen((event) => {
 *     if (event._tag === "CallSucceeded") calls += 1
 *   })
 *   yield* PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))
 *   return calls
 * })
 * await Effect.runPromise(Effect.provide(Effect.scoped(program), Mock.layer)) // => 1
 * ```
 */
export class EventFeed extends Context.Service<
  EventFeed,
  {
    /** Tells an event to all who listen. One that throws is told of in the log, and keeps it from nobody else. */
    readonly publish: CallObserver
    /** Whether anybody listens. */
    readonly hasListeners: () => boolean
    /** Listens until the scope closes: called in the fiber it happened in, in order; it must not wait. */
    readonly listen: (observer: CallObserver) => Effect.Effect<void, never, Scope.Scope>
    /** The events from now on, for a reader that may be slow: it loses the oldest beyond 1024 unread. */
    readonly stream: Stream.Stream<CallEvent>
  }
>()("@ludeng/providers/telemetry/EventFeed") {}
