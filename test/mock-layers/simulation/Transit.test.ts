import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { makeSimulatedTransport } from "../../../mock-layers/simulation/SimulatedTransport.ts"
import { exchange, simulate } from "./Ask.ts"

type Options = Parameters<typeof simulate>[0]

const submitUrl = "https://api.nanobananaapi.ai/api/v1/nanobanana/generate-2"

const world = (options: Options, timeout = Duration.seconds(20)) => {
  const simulation = simulate({ latency: 0, ...options })
  const transport = makeSimulatedTransport(simulation)
  const run = transport.exchange(exchange("nanobanana", "submit", "POST", submitUrl, { prompt: "a" }, { timeout }))
  return { simulation, run }
}

describe("transit", () => {
  it.effect("has a request counted at the end of its way, and its answer come at the end of the way back", () =>
    Effect.gen(function* () {
      const { run, simulation } = world({ transit: { there: 300, back: "500 millis" }, latency: 200 })
      const fiber = yield* Effect.forkChild(run, { startImmediately: true })
      yield* TestClock.adjust(299)
      assert.strictEqual(simulation.ledger.totals.requests, 0)
      assert.deepStrictEqual(simulation.ledger.totals.inFlight, { deepseek: 0, nanobanana: 1 })
      yield* TestClock.adjust(1)
      assert.strictEqual(simulation.ledger.entries[0]?.at, 300)
      yield* TestClock.adjust(699)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(fiber)))
      assert.deepStrictEqual(simulation.ledger.totals.inFlight, { deepseek: 0, nanobanana: 0 })
    })
  )

  it.effect("can not call back what was sent: it is counted and charged though the sender has gone", () =>
    Effect.gen(function* () {
      const { run, simulation } = world({ transit: { there: 1_000 } }, Duration.millis(400))
      const fiber = yield* Effect.forkChild(Effect.flip(run), { startImmediately: true })
      yield* TestClock.adjust(400)
      const failure = yield* Fiber.join(fiber)
      assert.deepStrictEqual([failure.reason._tag, failure.wasSent], ["TimedOut", true])
      assert.deepStrictEqual(simulation.ledger.totals.inFlight, { deepseek: 0, nanobanana: 0 })
      yield* TestClock.adjust(600)
      assert.strictEqual(simulation.ledger.totals.acceptedSubmits, 1)
    })
  )

  it.effect("draws both ways for each request within their bounds, the same for the same seed", () =>
    Effect.gen(function* () {
      const instantsOf = (seed: number) =>
        Effect.gen(function* () {
          const { run, simulation } = world({ seed, transit: { there: { from: 100, to: 900 }, back: { median: 50 } } })
          const begin = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
          const ends: Array<number> = []
          const timed = Effect.tap(run, () =>
            Effect.map(
              Effect.clockWith((clock) => clock.currentTimeMillis),
              (now) => ends.push(now - begin)
            )
          )
          const fiber = yield* Effect.forkChild(
            Effect.all(
              Array.from({ length: 60 }, () => timed),
              { concurrency: "unbounded" }
            ),
            { startImmediately: true }
          )
          yield* TestClock.adjust("10 seconds")
          yield* Fiber.join(fiber)
          assert.strictEqual(simulation.ledger.totals.largestInFlight.nanobanana, 60)
          return { counted: simulation.ledger.entries.map((it) => it.at - begin), ends }
        })
      const first = yield* instantsOf(3)
      assert.isTrue(first.counted.every((it) => it >= 100 && it <= 900))
      assert.isAbove(Math.max(...first.counted) - Math.min(...first.counted), 600)
      assert.isAbove(new Set(first.ends).size, 30)
      assert.deepStrictEqual(yield* instantsOf(3), first)
      assert.notDeepEqual(yield* instantsOf(4), first)
    })
  )

  it.effect("refuses a connection at once, and loses one after both ways", () =>
    Effect.gen(function* () {
      const ways = { transit: { there: 400, back: 400 } }
      const refused = world({ ...ways, faults: [{ fault: "refused" }] })
      assert.strictEqual((yield* Effect.flip(refused.run)).reason._tag, "ConnectionRefused")
      assert.strictEqual(refused.simulation.ledger.totals.largestInFlight.nanobanana, 0)
      const reset = world({ ...ways, faults: [{ fault: "reset" }] })
      const fiber = yield* Effect.forkChild(Effect.flip(reset.run), { startImmediately: true })
      yield* TestClock.adjust(799)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* Fiber.join(fiber)).reason._tag, "ConnectionLost")
    })
  )
})
