import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Mock from "../../../mock-layers/Mock.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { CallRecorder, listenerOf, recordNothing } from "../../../src/telemetry/CallRecorder.ts"
import { EventFeed } from "../../../src/telemetry/EventFeed.ts"
import { make, recorderOf } from "../../../src/telemetry/MakeEventFeed.ts"
import { passVirtually } from "../../contract/World.ts"

const enhance = passVirtually(PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" })))
const ofOneCall = ["CacheAnswered", "CallStarted", "AttemptStarted", "AttemptSucceeded", "CallSucceeded", "CallEnded"]
const changed = { _tag: "ModeChanged", at: 0, from: "Normal", to: "CacheOnly", by: "hand" } as const

/** The tags of the events of calls that are told from now on, as they are told. */
const callTags = Effect.gen(function* () {
  const told: Array<string> = []
  yield* EventFeed.use((it) => it.listen((event) => void ("callId" in event && told.push(event._tag))))
  return told
})

describe("the event feed", () => {
  it.effect("tells every listener what happens in a call, and what moves a circuit", () =>
    Effect.gen(function* () {
      const first = yield* callTags
      const second = yield* callTags
      const circuits: Array<string> = []
      yield* EventFeed.use((it) =>
        it.listen((event) => void (event._tag === "CircuitMoved" && circuits.push(`${event.from}>${event.to}`)))
      )
      yield* enhance
      yield* AdmissionControl.use((it) => Effect.sync(() => it.door("deepseek", "chat").circuit.isolate(0)))
      assert.deepStrictEqual([first, second], [ofOneCall, ofOneCall])
      assert.deepStrictEqual(circuits, ["Closed>Isolated"])
    }).pipe(Effect.provide(Mock.layerWith({})))
  )

  it.effect("tells nobody whose scope has closed", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const told = yield* Effect.provideService(callTags, Scope.Scope, scope)
      yield* Scope.close(scope, yield* Effect.exit(Effect.void))
      yield* enhance
      assert.deepStrictEqual(told, [])
    }).pipe(Effect.provide(Mock.layerWith({})))
  )

  it.effect("breaks no call and keeps nothing from the others where a listener throws", () =>
    Effect.gen(function* () {
      yield* EventFeed.use((it) =>
        it.listen(() => {
          throw new Error("broken listener")
        })
      )
      const told = yield* callTags
      yield* enhance
      assert.deepStrictEqual(told, ofOneCall)
    }).pipe(Effect.provide(Mock.layerWith({})))
  )

  it.effect("lets a slow reader lose the oldest, and nobody wait for it", () =>
    Effect.gen(function* () {
      const feed = yield* make
      const read = yield* Effect.forkChild(Stream.runCollect(Stream.take(feed.stream, 1_024)), {
        startImmediately: true
      })
      for (let at = 0; at < 3_000; at += 1) feed.publish({ ...changed, at })
      const events = yield* Fiber.join(read)
      assert.strictEqual(events.length, 1_024)
      assert.strictEqual(events.at(-1)?.at, 2_999)
    })
  )

  it.effect("asks for no event where nothing is kept and nobody listens", () =>
    Effect.gen(function* () {
      const feed = yield* make
      const heard = Effect.withFiber((fiber) => Effect.sync(() => listenerOf(fiber, () => undefined) !== undefined))
      const asked = Effect.provideService(heard, CallRecorder, recorderOf(recordNothing, feed))
      assert.isFalse(yield* asked)
      assert.isTrue(
        yield* Effect.scoped(
          Effect.andThen(
            feed.listen(() => undefined),
            asked
          )
        )
      )
      assert.isFalse(yield* asked)
    })
  )
})
