import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import { AuditLog } from "../../../src/audit/AuditLog.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { CallEvents } from "../../../src/telemetry/CallEvents.ts"
import { CallRecorder, type Exchange } from "../../../src/telemetry/CallRecorder.ts"
import { passVirtually } from "../../contract/World.ts"

const enhance = PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))
const enhanced = passVirtually(enhance)

/** Runs an effect, and gives what the recorder was told: the host's observer is `observe`. */
const recorded = <A, E, R>(effect: Effect.Effect<A, E, R>, observe: (event: CallEvent) => void = () => {}) =>
  Effect.gen(function* () {
    const told: Array<readonly [CallEvent, Exchange | undefined]> = []
    yield* effect.pipe(
      Effect.provideService(CallEvents, observe),
      Effect.provideService(CallRecorder, (event, exchange) => void told.push([event, exchange]))
    )
    return told.filter(([event]) => "callId" in event)
  })

const tags = (told: ReadonlyArray<readonly [CallEvent, unknown]>) => told.map(([event]) => event._tag)

const ofOneCall = ["CacheAnswered", "CallStarted", "AttemptStarted", "AttemptSucceeded", "CallSucceeded", "CallEnded"]

describe("the recorder", () => {
  it.effect("and the host's observer are told the same, and neither takes the other's place", () =>
    Effect.gen(function* () {
      const observed: Array<string> = []
      const told = yield* recorded(enhanced, (event) => void ("callId" in event && observed.push(event._tag)))
      assert.deepStrictEqual(tags(told), ofOneCall)
      assert.deepStrictEqual(observed, ofOneCall)
    }).pipe(Effect.provide(Mock.layerWith({})))
  )

  it.effect("is told on when the host's observer throws", () =>
    Effect.gen(function* () {
      const told = yield* recorded(enhanced, () => {
        throw new Error("broken observer")
      })
      assert.deepStrictEqual(tags(told), ofOneCall)
    }).pipe(Effect.provide(Mock.layerWith({})))
  )

  it.effect("alone is handed what went over the wire, with the attempt that has ended", () =>
    Effect.gen(function* () {
      const told = yield* recorded(enhanced)
      const exchanges = told.flatMap(([event, exchange]) => (exchange === undefined ? [] : [{ event, exchange }]))
      assert.deepStrictEqual(
        exchanges.map(({ event }) => event._tag),
        ["AttemptSucceeded"]
      )
      const exchange = exchanges[0]?.exchange
      assert.include(exchange?.request, "a red fox")
      assert.include(new TextDecoder().decode(exchange?.answer?.body), "choices")
      assert.isTrue(exchange?.key !== undefined && Redacted.isRedacted(exchange.key))
      assert.notInclude(JSON.stringify(told.map(([event]) => event)), "red fox")
    }).pipe(Effect.provide(Mock.layerWith({})))
  )

  it.effect("is handed the answer of a failed attempt", () =>
    Effect.gen(function* () {
      const told = yield* recorded(Effect.flip(enhanced))
      const [, exchange] = told.find(([event]) => event._tag === "AttemptFailed") ?? assert.fail("no failed attempt")
      assert.strictEqual(exchange?.answer?.status, 402)
    }).pipe(Effect.provide(Mock.layerWith({ scenario: "no-balance" })))
  )

  it.live("of the layer is told of calls that run outside of it, too", () =>
    Effect.gen(function* () {
      const runtime = ManagedRuntime.make(Mock.layerWith({ latency: 0 }))
      const [enhancer, audit] = yield* Effect.promise(() => runtime.runPromise(Effect.all([PromptEnhancer, AuditLog])))
      const { callId } = yield* enhancer.enhance({ prompt: "a red fox" })
      const kinds = (yield* audit.ofCall(callId)).map(({ row }) => row.kind)
      assert.includeMembers(kinds, ["AttemptSucceeded", "CallSucceeded"])
      yield* runtime.disposeEffect
    })
  )

  it.effect("is told of an attempt that was cut off, and whether it had been sent", () =>
    Effect.gen(function* () {
      const told = yield* recorded(
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(enhance, { startImmediately: true })
          yield* TestClock.adjust("1 seconds")
          yield* Fiber.interrupt(fiber)
        })
      )
      const [attempt, call, end] = told.slice(-3).map(([event]) => event)
      assert.isTrue(attempt?._tag === "AttemptInterrupted" && attempt.isSent)
      assert.isTrue(call?._tag === "CallInterrupted" && call.during === "asking" && call.attempts === 1)
      assert.isTrue(end?._tag === "CallEnded" && end.end._tag === "Interrupted")
      // It may have been paid for, and is.
      assert.isTrue(call?._tag === "CallInterrupted" && (call.cost.usdMicros ?? 0) > 0)
    }).pipe(Effect.provide(Mock.layerWith({ scenario: "keep-alive-forever" })))
  )

  it.effect("is told of a call that is given up while it waits for its turn, or for its next attempt", () =>
    Effect.gen(function* () {
      const during = (settings: SettingsDocument, scenario: "healthy" | "down", calls: number) =>
        recorded(
          Effect.gen(function* () {
            const fibers = yield* Effect.forEach(Array.from({ length: calls }), (_, index) =>
              Effect.forkChild(
                PromptEnhancer.use((it) => it.enhance({ prompt: `fox ${index}` }, { accept: ["Live"] })),
                { startImmediately: true }
              )
            )
            yield* TestClock.adjust("1 seconds")
            yield* Effect.forEach(fibers, Fiber.interrupt)
          })
        ).pipe(
          Effect.map((told) => told.flatMap(([event]) => (event._tag === "CallInterrupted" ? [event.during] : []))),
          Effect.provide(Mock.layerWith({ scenario, latency: 10, seed: 1, settings }))
        )
      const limited = { deepseek: { rateLimit: [{ requests: 1, window: 20 }] } }
      assert.deepStrictEqual(yield* during(limited, "healthy", 2), ["waiting"])
      const slow = { deepseek: { backoffBase: 20_000, retryLimit: 1, timeout: 600_000 } }
      assert.deepStrictEqual(yield* during(slow, "down", 1), ["pausing"])
    })
  )
})
