import { assert, describe, it, vi } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import dns from "node:dns"
import fs from "node:fs"
import net from "node:net"
import { CallEvent } from "../../schemas/CallEvent.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import { Illustrator } from "../../src/illustration/Illustrator.ts"
import { ImageStore } from "../../src/image/ImageStore.ts"
import { Transport } from "../../src/transport/Transport.ts"
import * as Mock from "../../mock-layers/Mock.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import { Scenario } from "../../mock-layers/simulation/Script.ts"
import { passVirtually } from "../contract/World.ts"
import { recordCalls } from "../support/CallRecorder.ts"

const encodeEvent = Schema.encodeSync(Schema.toCodecJson(CallEvent))

const illustrate = (prompt = "a red fox in the snow") =>
  passVirtually(Illustrator.use((it) => it.illustrate({ prompt })))

const told = (exit: Exit.Exit<unknown, CallFailure>): string => {
  if (Exit.isSuccess(exit)) return "made"
  const [first] = exit.cause.reasons
  return first?._tag === "Fail" ? first.error.reason._tag : "defect"
}

/** What the whole job comes to in each scenario, and how many pictures the provider has then charged. */
const outcomes: Readonly<Record<Scenario, readonly [outcome: string, charged: number]>> = {
  healthy: ["made", 1],
  flaky: ["made", 1],
  "rate-limited": ["RateLimited", 0],
  "keep-alive-forever": ["made", 1],
  "blank-200": ["EmptyResponse", 1],
  "truncated-body": ["ConnectionLost", 1],
  "slow-drip": ["TimedOut", 1],
  "stuck-job": ["GenerationTimedOut", 1],
  "job-fails": ["GenerationFailed", 1],
  "content-blocked": ["ContentRejected", 0],
  "expired-url": ["made", 1],
  "bad-json": ["MalformedResponse", 1],
  "missing-fields": ["MalformedResponse", 1],
  "stalled-stream": ["made", 1],
  "malformed-chunk": ["made", 1],
  "error-chunk": ["made", 1],
  "missing-done": ["made", 1],
  "missing-usage": ["made", 1],
  unauthorized: ["KeyRejected", 0],
  "no-balance": ["InsufficientBalance", 0],
  down: ["ServiceUnavailable", 0]
}

describe("Mock.layer", () => {
  it.effect("does the whole job under virtual time, and says that it is simulated", () =>
    Effect.gen(function* () {
      const illustration = yield* illustrate()
      assert.isTrue(illustration.isSimulated)
      assert.isTrue(yield* Transport.useSync((it) => it.isSimulated))
      assert.isAbove(yield* Clock.currentTimeMillis, 0)
      const bytes = yield* ImageStore.use((it) => it.read(illustration.generated.image.path))
      assert.strictEqual(bytes.length, illustration.generated.image.bytes)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("touches no timer, no socket, no resolver and no file", () =>
    Effect.gen(function* () {
      const spies = [
        vi.spyOn(globalThis, "setInterval"),
        vi.spyOn(net.Socket.prototype, "connect"),
        vi.spyOn(dns, "lookup"),
        vi.spyOn(fs, "open"),
        vi.spyOn(fs, "writeFileSync")
      ]
      const timer = vi.spyOn(globalThis, "setTimeout")
      yield* illustrate("a fox that nobody has drawn before")
      // TestClock's own: it warns when a test has waited for a second.
      const timers = timer.mock.calls.filter(([, millis]) => millis !== 1_000)
      timer.mockRestore()
      assert.deepStrictEqual(timers, [])
      const calls = spies.map((spy) => spy.mock.calls.length)
      for (const spy of spies) spy.mockRestore()
      assert.deepStrictEqual(calls, [0, 0, 0, 0, 0])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect.each(Scenario.literals)("comes to its documented end in the scenario %s, paid at most once", (scenario) =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(illustrate())
      const { acceptedSubmits } = yield* MockHandle.use((it) => it.totals)
      assert.deepStrictEqual([told(exit), acceptedSubmits], outcomes[scenario])
    }).pipe(Effect.provide(Mock.layerWith({ scenario, seed: 2 })))
  )

  it.effect("writes the same ledger for the same seed, and another one for another", () =>
    Effect.gen(function* () {
      const ledgerOf = (seed: number) =>
        Effect.gen(function* () {
          for (const prompt of ["a cat", "a dog", "a fox"]) yield* Effect.exit(illustrate(prompt))
          const entries = yield* MockHandle.use((it) => it.requests)
          const begin = entries[0]?.at ?? 0
          return entries.map((entry) => ({ ...entry, at: entry.at - begin }))
        }).pipe(Effect.provide(Mock.layerWith({ seed, failureRate: 0.3 })))
      const first = yield* ledgerOf(4)
      assert.deepStrictEqual(yield* ledgerOf(4), first)
      assert.notDeepEqual(yield* ledgerOf(5), first)
    })
  )

  it.effect("tells the same events, ids and delays for the same seed, and others for another", () =>
    Effect.gen(function* () {
      const eventsOf = (seed: number) =>
        recordCalls((events) =>
          Effect.gen(function* () {
            for (const prompt of ["a cat", "a dog", "a fox"]) yield* Effect.exit(illustrate(prompt))
            return events.map((event) => JSON.stringify(encodeEvent(event)))
          })
        ).pipe(Effect.provide(Mock.layerWith({ seed, failureRate: 0.3 })), Effect.provide(TestClock.layer()))
      const first = yield* eventsOf(4)
      assert.isAbove(first.length, 10)
      assert.deepStrictEqual(yield* eventsOf(4), first)
      assert.notDeepEqual(yield* eventsOf(5), first)
    })
  )

  it.effect("tells what was asked and charged, and holds no key", () =>
    Effect.gen(function* () {
      yield* illustrate()
      const requests = yield* MockHandle.use((it) => it.requests)
      assert.deepStrictEqual(
        requests.filter((it) => it.operation !== "status").map((it) => `${it.provider} ${it.operation}`),
        ["deepseek chat", "nanobanana submit", "nanobanana download"]
      )
      const body = requests.find((it) => it.operation === "submit")?.body as { readonly prompt: string }
      assert.isTrue(body.prompt.startsWith("a red fox in the snow, "))
      assert.notMatch(JSON.stringify(requests), /authorization|bearer|"simulated"/i)
      const totals = yield* MockHandle.use((it) => it.totals)
      assert.strictEqual(
        totals.chargedUsdMicros,
        requests.reduce((sum, it) => sum + it.usdMicros, 0)
      )
      assert.strictEqual(totals.chargedCompletions, 1)
    }).pipe(Effect.provide(Mock.layerWith({})))
  )

  it.effect("changes its script while it runs, keeping what is not given, and forgets on reset", () =>
    Effect.gen(function* () {
      const handle = yield* MockHandle
      yield* handle.setScript({ scenario: "down" })
      assert.strictEqual((yield* handle.script).latency, 10)
      assert.strictEqual(told(yield* Effect.exit(illustrate())), "ServiceUnavailable")
      yield* handle.setScript({ scenario: "healthy" })
      assert.strictEqual(told(yield* Effect.exit(illustrate())), "made")
      yield* handle.reset
      assert.deepStrictEqual(yield* handle.requests, [])
      assert.isTrue(Exit.isFailure(yield* Effect.exit(handle.setScript({ failureRate: 2 }))))
    }).pipe(Effect.provide(Mock.layerWith({ latency: 10 })))
  )

  it.effect("speaks the protocol that the settings name", () =>
    Effect.gen(function* () {
      yield* illustrate()
      const services = (yield* MockHandle.use((it) => it.requests)).map((it) => it.service)
      assert.sameMembers([...new Set(services)], ["deepseek", "generic", "files"])
    }).pipe(Effect.provide(Mock.layerWith({ settings: { nanobanana: { protocol: "generic" } } })))
  )

  it.effect("keeps two compositions of one program apart", () =>
    Effect.gen(function* () {
      yield* illustrate()
      const inner = yield* MockHandle.use((it) => it.totals).pipe(Effect.provide(Mock.layerWith({ seed: 9 })))
      const outer = yield* MockHandle.use((it) => it.totals)
      assert.deepStrictEqual([inner.requests, outer.acceptedSubmits], [0, 1])
    }).pipe(Effect.provide(Mock.layerWith({})))
  )

  it.effect("dies of options that can not be used", () =>
    Effect.gen(function* () {
      const build = (options: Mock.MockOptions) =>
        Effect.exit(MockHandle.use((it) => it.totals).pipe(Effect.provide(Mock.layerWith(options))))
      for (const exit of [yield* build({ failureRate: -1 }), yield* build({ settings: { imageDirectory: "" } })]) {
        assert.isTrue(Exit.isFailure(exit) && exit.cause.reasons[0]?._tag === "Die")
      }
    })
  )
})
