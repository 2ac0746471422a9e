/** What the tests of traps have in common: calls to simulated providers, in order, under virtual time. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import type { ScriptDocument } from "../../mock-layers/simulation/Script.ts"
import type { Operation } from "../../schemas/Provider.ts"
import { type EnhancementOptions, PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { AdmissionControl } from "../../src/pipeline/AdmissionControl.ts"
import { monotonicMillis } from "../../src/policy/deadline/Deadline.ts"

/** An enhancement that takes nothing but a new answer of the provider. */
export const ask = (prompt: string, options: EnhancementOptions = {}) =>
  PromptEnhancer.use((it) => it.enhance({ prompt }, { deadline: Duration.hours(12), accept: ["Live"], ...options }))

/** Begins a call, in the step in which this is run. */
export const begin = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.forkChild(Effect.result(effect), { startImmediately: true })

/** Runs an effect to its end while this much time passes. */
export const passing = <A, E, R>(effect: Effect.Effect<A, E, R>, time: Duration.Input = "1 minute") =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
    yield* TestClock.adjust(time)
    return yield* Fiber.join(fiber)
  })

/** The requests of an operation that reached the provider, the oldest first. */
export const requestsOf = (operation: Operation) =>
  Effect.map(
    MockHandle.use((it) => it.requests),
    (all) => all.filter((it) => it.operation === operation)
  )

export const countOf = (operation: Operation) => Effect.map(requestsOf(operation), (it) => it.length)

/** Changes what the providers do from now on. */
export const play = (change: ScriptDocument) => MockHandle.use((it) => it.setScript(change))

/** The door of `chat`. */
export const chatDoor = AdmissionControl.useSync((it) => it.door("deepseek", "chat"))

/** What a call that does not come to be sent must leave as it was. */
export const taken = Effect.gen(function* () {
  const { circuit, lane, room } = yield* chatDoor
  const now = Math.floor(yield* monotonicMillis)
  return {
    permits: lane.store.usage(now).map(({ used }) => used),
    slots: room.bulkhead.inUse,
    waiting: lane.queue.size,
    circuit: circuit.state
  }
})

/** Runs the body over the test clock with a wall clock beside it that a person, or the network, puts forward and back. */
export const withWallClock = <A, E, R>(body: (put: (by: Duration.Input) => void) => Effect.Effect<A, E, R>) =>
  TestClock.testClockWith((clock) => {
    let skew = 0
    const millis = () => clock.currentTimeMillisUnsafe() + skew
    const nanos = () => BigInt(millis()) * 1_000_000n
    const moved: TestClock.TestClock = Object.assign(Object.create(clock) as TestClock.TestClock, {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos)
    })
    const put = (by: Duration.Input) => {
      skew += Duration.toMillis(by)
    }
    return Effect.provideService(body(put), Clock.Clock, moved)
  })
