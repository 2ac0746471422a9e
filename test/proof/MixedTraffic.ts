/**
 * Traffic in which nothing is as it should be: callers of every priority who come at random and leave at random, answers
 * that take longer than an attempt may, connections that are lost, and limits that change while all of it goes on.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { drawAt, drawInt } from "../../mock-layers/simulation/SeededRandom.ts"
import type { Priority } from "../../schemas/CallOptions.ts"
import type { RateLimit } from "../../schemas/RateLimit.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { CallEvents } from "../../src/telemetry/CallEvents.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"

const priorities: ReadonlyArray<Priority> = ["high", "normal", "low"]

/** The limits that are in force for a while. */
export interface Phase {
  readonly limits: ReadonlyArray<RateLimit>
  readonly lasts: Duration.Duration
}

/** What became of the callers. `begunAt` of each phase in milliseconds since 1970. */
export interface Traffic {
  readonly succeeded: number
  readonly failed: number
  readonly left: number
  readonly begunAt: ReadonlyArray<number>
}

/** One caller: one in three leaves, some before they are let in, some while they are answered. */
const caller = (number: number) =>
  Effect.gen(function* () {
    const chance = (purpose: string) => drawAt(4, `${number}/${purpose}`)
    const priority = priorities[drawInt(chance, "priority", 0, 2)] ?? "normal"
    const enhancing = yield* Effect.forkChild(
      PromptEnhancer.use((it) =>
        it.enhance({ prompt: `fox number ${number}` }, { cache: "bypass", priority, deadline: Duration.seconds(6) })
      )
    )
    if (chance("leaves") < 1 / 3) {
      yield* Effect.sleep(drawInt(chance, "leaves/after", 0, 2_000))
      yield* Fiber.interrupt(enhancing)
    }
    const exit = yield* Fiber.await(enhancing)
    return Exit.isSuccess(exit) ? "succeeded" : Exit.hasInterrupts(exit) ? "left" : "failed"
  })

/** Runs all phases, with a caller every `every`; ends when everybody has gone. */
export const mixedTraffic = Effect.fnUntraced(function* (phases: ReadonlyArray<Phase>, every: Duration.Duration) {
  const settings = yield* LiveSettings
  const callers = yield* Effect.forkChild(
    Effect.gen(function* () {
      const whole = phases.reduce((sum, { lasts }) => sum + Duration.toMillis(lasts), 0)
      const count = Math.floor(whole / Duration.toMillis(every))
      const fibers = yield* Effect.forEach(
        Array.from({ length: count }, (_, number) => number),
        (number) => Effect.tap(Effect.forkChild(caller(number)), () => Effect.sleep(every))
      )
      return yield* Effect.forEach(fibers, Fiber.join)
    })
  )
  const begunAt = yield* Effect.forEach(phases, ({ lasts, limits }) =>
    Effect.gen(function* () {
      yield* settings.update({ deepseek: { rateLimit: limits } })
      const at = yield* Clock.currentTimeMillis
      yield* Effect.sleep(lasts)
      return at
    })
  )
  const ends = yield* Fiber.join(callers)
  const countOf = (end: (typeof ends)[number]) => ends.filter((it) => it === end).length
  const traffic: Traffic = {
    succeeded: countOf("succeeded"),
    failed: countOf("failed"),
    left: countOf("left"),
    begunAt
  }
  return traffic
})

/** So many callers at once, each of whom leaves a moment after his request was sent, when it has not arrived yet. */
export const callersWhoLeaveAtOnce = (count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, number) => `fox number ${number}`),
    (prompt) =>
      Effect.gen(function* () {
        const isSent = yield* Deferred.make<void>()
        const enhancing = yield* PromptEnhancer.use((it) =>
          it.enhance({ prompt }, { cache: "bypass", deadline: Duration.minutes(1) })
        ).pipe(
          Effect.provideService(CallEvents, (event) => {
            if (event._tag === "AttemptStarted") Deferred.doneUnsafe(isSent, Effect.void)
          }),
          Effect.forkChild
        )
        yield* Deferred.await(isSent)
        yield* Effect.sleep("50 millis")
        yield* Fiber.interrupt(enhancing)
      }),
    { concurrency: "unbounded" }
  )
