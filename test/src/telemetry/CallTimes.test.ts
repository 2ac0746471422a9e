import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { CallTimer } from "../../../src/pipeline/CallTimer.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import { passVirtually } from "../../contract/World.ts"

const enhance = (prompt: string) => PromptEnhancer.use((it) => it.enhance({ prompt }))

const endOf = (events: ReadonlyArray<CallEvent>) =>
  events.flatMap((it) => (it._tag === "CallSucceeded" ? [it] : [])).at(-1) ?? assert.fail("no call succeeded")

describe("the times of a call", () => {
  it("are told apart: queue, connect, first byte, body, provider, pauses, own", () => {
    const timer = new CallTimer(0)
    timer.waited(100, 100)
    timer.attemptStarted(101)
    timer.connected(10)
    timer.sent(111)
    timer.firstByteCame(151)
    timer.attemptEnded(201)
    timer.pauseBegan(202)
    timer.waited(50, 302)
    timer.attemptStarted(303)
    timer.sent(303)
    timer.firstByteCame(333)
    timer.lastByteCame(373)
    timer.attemptEnded(375)
    assert.deepStrictEqual(timer.times(380), {
      queue: 150,
      connect: 10,
      firstByte: 30,
      body: 40,
      provider: 170,
      paused: 50,
      own: 10,
      total: 380
    })
  })

  it("are never negative, however the instants come", () => {
    const timer = new CallTimer(100)
    timer.waited(-5, 90)
    timer.attemptStarted(120)
    timer.sent(130)
    timer.firstByteCame(110)
    timer.lastByteCame(105)
    timer.attemptEnded(105)
    for (const millis of Object.values({ ...timer.times(90) })) assert.isAtLeast(Number(millis), 0)
  })

  it.effect("are those of the provider where nothing waits, and of the queue where the window is full", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        yield* passVirtually(Effect.all([enhance("a red fox"), enhance("a blue fox")], { concurrency: 2 }))
        const [first, second] = events.flatMap((it) => (it._tag === "CallSucceeded" ? [it.times] : []))
        assert.strictEqual(first?.queue, 0)
        assert.isAbove(first?.provider ?? 0, 0)
        assert.closeTo(first?.total ?? 0, first?.provider ?? 0, 1)
        assert.isAbove(second?.queue ?? 0, 5_000)
        assert.isBelow(second?.own ?? Number.NaN, 1)
      })
    ).pipe(Effect.provide(Mock.layerWith({ settings: { deepseek: { rateLimit: [{ requests: 1, window: 10 }] } } })))
  )

  it.effect("count a pause between attempts as neither the provider's nor ours", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        yield* passVirtually(enhance("a red fox"))
        const { times } = endOf(events)
        assert.isAbove(times?.paused ?? 0, 0)
        assert.isBelow(times?.own ?? Number.NaN, 1)
      })
    ).pipe(Effect.provide(Mock.layerWith({ faults: [{ fault: "unavailable", operation: "chat", times: 2 }] })))
  )

  it.effect("come with the model, its tokens and the provider's id of the request", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        yield* passVirtually(enhance("a red fox"))
        const { providerRequestId, use } = endOf(events)
        assert.isAbove(use?.inputTokens ?? 0, 0)
        assert.isAbove(use?.outputTokens ?? 0, 0)
        assert.notStrictEqual(use?.requestModel, "")
        assert.isString(providerRequestId)
      })
    ).pipe(Effect.provide(Mock.layerWith({})))
  )
})
