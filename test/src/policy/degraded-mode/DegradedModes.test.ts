/** Each degraded mode, entered and left by what happens, and by hand; and what a caller gets in it. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as Mock from "../../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../../mock-layers/MockHandle.ts"
import type { FaultKind } from "../../../../mock-layers/simulation/Script.ts"
import { DegradedMode } from "../../../../schemas/DegradedMode.ts"
import type { CallFailure } from "../../../../schemas/Failures.ts"
import type { ReasonTag } from "../../../../schemas/Reason.ts"
import { Illustrator } from "../../../../src/illustration/Illustrator.ts"
import { AdmissionControl } from "../../../../src/pipeline/AdmissionControl.ts"
import { DegradedModes } from "../../../../src/policy/degraded-mode/DegradedModes.ts"
import { LiveSettings } from "../../../../src/settings/LiveSettings.ts"
import { recordCalls } from "../../../support/CallRecorder.ts"
import {
  asking,
  chatDoor,
  chatFault,
  chats,
  enhance,
  locally,
  pass,
  prompt
} from "../../enhancement/SimulatedEnhancer.ts"

const current = DegradedModes.use((it) => it.current)
const names = Effect.map(current, (modes) => modes.map(({ by, mode, reason }) => `${mode} ${reason} ${by}`))
const enter = (mode: DegradedMode) => DegradedModes.use((it) => it.enter(mode))
const leave = (mode: DegradedMode) => DegradedModes.use((it) => it.leave(mode))

const illustrate = (options?: Parameters<Illustrator["Service"]["illustrate"]>[1]) =>
  pass(
    Illustrator.use((it) => it.illustrate({ prompt, image: { quality: "low" } }, options)),
    "10 minutes"
  )

/** What the call failed of. */
const refused = <A, R>(call: Effect.Effect<A, CallFailure, R>) => Effect.map(Effect.flip(call), (it) => it.reason._tag)

/** Mode changes as they are told. */
const changesOf = <A, E>(body: Effect.Effect<A, E, Layer.Success<typeof Mock.layer>>) =>
  recordCalls((events) =>
    Effect.map(Effect.provide(body, Mock.layerWith({})), () =>
      events.flatMap((it) => (it._tag === "ModeChanged" ? [`${it.from} ${it.to} ${it.by}`] : []))
    )
  )

describe("WithoutEnhancement", () => {
  it.effect("is entered when the circuit opens, lets the probes through, and is left when it closes", () =>
    Effect.gen(function* () {
      yield* chatFault("refused")
      assert.strictEqual(yield* refused(pass(asking(), "2 seconds")), "ConnectionRefused")
      assert.deepStrictEqual(yield* names, ["WithoutEnhancement CircuitOpen rule"])
      const asked = yield* chats
      assert.strictEqual(yield* refused(asking()), "CircuitOpen")
      const local = yield* asking({}, { accept: ["Live", "Degraded"] })
      assert.deepInclude(local, {
        prompt: locally,
        provenance: { _tag: "Degraded", reason: "CircuitOpen", mode: "WithoutEnhancement" }
      })
      assert.strictEqual(yield* chats, asked)

      yield* chatFault()
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* names, [])
      assert.strictEqual((yield* enhance()).provenance._tag, "Live")
      assert.deepStrictEqual(yield* names, [])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("comes back while the probes fail", () =>
    Effect.gen(function* () {
      yield* chatFault("refused")
      yield* Effect.flip(pass(asking(), "2 seconds"))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* names, [])
      const asked = yield* chats
      assert.strictEqual(yield* refused(pass(asking(), "2 seconds")), "ConnectionRefused")
      assert.isAbove(yield* chats, asked)
      assert.deepStrictEqual(yield* names, ["WithoutEnhancement CircuitOpen rule"])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("holds while a person has isolated the circuit, with that reason", () =>
    Effect.gen(function* () {
      const { circuit } = yield* chatDoor
      circuit.isolate(0)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* names, ["WithoutEnhancement Isolated rule"])
      assert.strictEqual(yield* refused(asking()), "Isolated")
      circuit.reset(0)
      assert.deepStrictEqual(yield* names, [])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("makes an illustration from the local template, and the picture is made", () =>
    Effect.gen(function* () {
      yield* enter("WithoutEnhancement")
      const { enhanced, generated } = yield* illustrate()
      assert.deepInclude(enhanced, {
        prompt: locally,
        provenance: { _tag: "Degraded", reason: "Isolated", mode: "WithoutEnhancement" }
      })
      assert.strictEqual(generated.provenance._tag, "Live")
      assert.strictEqual(yield* chats, 0)
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("CacheOnly", () => {
  const rows: ReadonlyArray<readonly [FaultKind, ReasonTag, ReasonTag]> = [
    ["no-balance", "InsufficientBalance", "BudgetExhausted"],
    ["unauthorized", "KeyRejected", "NoHealthyKey"]
  ]
  it.effect.each(rows)(
    "is entered after %s: the cache answers, fresh or stale; the rest is refused",
    ([fault, said, ours]) =>
      Effect.gen(function* () {
        yield* enhance({ prompt: "old" })
        yield* TestClock.adjust("25 hours")
        yield* enhance({ prompt: "new" })
        yield* chatFault(fault)
        assert.strictEqual(yield* refused(pass(asking(), "1 second")), said)
        assert.deepStrictEqual(yield* names, [`CacheOnly ${said} rule`])

        const asked = yield* chats
        assert.strictEqual((yield* asking({ prompt: "new" })).provenance._tag, "Cached")
        const stale = yield* asking({ prompt: "old" })
        assert.deepInclude(stale.provenance, { _tag: "Stale", reason: said, mode: "CacheOnly" })
        const failure = yield* Effect.flip(asking())
        assert.deepInclude(failure, { _tag: "Rejection", outcome: "NotSent", isRetryable: false })
        assert.strictEqual(failure.reason._tag, ours)
        const retryAfter = Duration.toSeconds(failure.retryAfter ?? Duration.zero)
        assert.isTrue(retryAfter > 59 && retryAfter <= 60)
        assert.strictEqual(yield* chats, asked)
      }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("is left when a minute has passed, and entered again by what DeepSeek says then", () =>
    Effect.gen(function* () {
      yield* chatFault("no-balance")
      yield* Effect.flip(pass(asking(), "1 second"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* names, [])
      assert.strictEqual(yield* refused(pass(asking(), "1 second")), "InsufficientBalance")
      assert.deepStrictEqual(yield* names, ["CacheOnly InsufficientBalance rule"])
      yield* TestClock.adjust("1 minute")
      yield* chatFault()
      assert.strictEqual((yield* enhance()).provenance._tag, "Live")
      assert.deepStrictEqual(yield* names, [])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("is left by a completion that was under way, and by settings with another key", () =>
    Effect.gen(function* () {
      const slow = yield* Effect.forkChild(asking({ prompt: "slow" }), { startImmediately: true })
      yield* TestClock.adjust(1)
      yield* MockHandle.use((it) => it.setScript({ latency: 1, faults: [{ fault: "no-balance", operation: "chat" }] }))
      yield* Effect.flip(pass(asking(), 5))
      assert.deepStrictEqual(yield* names, ["CacheOnly InsufficientBalance rule"])
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(slow)
      assert.deepStrictEqual(yield* names, [])

      yield* Effect.flip(pass(asking(), 5))
      assert.deepStrictEqual(yield* names, ["CacheOnly InsufficientBalance rule"])
      yield* chatFault()
      yield* LiveSettings.use((it) => it.update({ deepseek: { apiKey: "another" } }))
      assert.strictEqual((yield* pass(asking(), "2 seconds")).provenance._tag, "Live")
      assert.deepStrictEqual(yield* names, [])
    }).pipe(Effect.provide(Mock.layerWith({ latency: 1_000 })))
  )

  it.effect("keeps the illustrator at work with the local template", () =>
    Effect.gen(function* () {
      yield* enter("CacheOnly")
      assert.deepStrictEqual((yield* illustrate()).enhanced?.provenance, {
        _tag: "Degraded",
        reason: "Isolated",
        mode: "CacheOnly"
      })
      assert.strictEqual(yield* refused(asking()), "Isolated")
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("LowPriorityShed", () => {
  const crowded = Mock.layerWith({
    settings: { deepseek: { rateLimit: { requests: 1, window: 60 }, queueLimit: 10, timeout: 3_600_000 } }
  })
  const crowd = (from: number, to: number) =>
    Effect.forEach(Array.from({ length: to - from }), (_, index) =>
      Effect.forkChild(asking({ prompt: `one of a crowd, ${from + index}` }), { startImmediately: true })
    )

  it.effect("is entered when a queue is over four fifths full, and left when it is below a half", () =>
    Effect.gen(function* () {
      yield* enhance({ prompt: "known" })
      yield* crowd(0, 8)
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* names, [])
      yield* crowd(8, 9)
      assert.deepStrictEqual(yield* names, ["LowPriorityShed LoadShed rule"])

      const failure = yield* Effect.flip(asking({}, { priority: "low" }))
      assert.deepInclude(failure, { _tag: "Rejection", isRetryable: true })
      assert.strictEqual(failure.reason._tag, "LoadShed")
      assert.deepStrictEqual(failure.retryAfter, Duration.minutes(1))
      assert.strictEqual((yield* asking({ prompt: "known" }, { priority: "low" })).provenance._tag, "Cached")
      const illustration = Illustrator.use((it) => it.illustrate({ prompt }, { priority: "low" }))
      assert.strictEqual(yield* refused(illustration), "LoadShed")

      const { lane } = yield* chatDoor
      while (lane.queue.size >= 5) {
        assert.deepStrictEqual(yield* names, ["LowPriorityShed LoadShed rule"])
        yield* TestClock.adjust("30 seconds")
      }
      assert.strictEqual(lane.queue.size, 4)
      assert.deepStrictEqual(yield* names, [])
    }).pipe(Effect.provide(crowded))
  )

  it.effect("by hand refuses low priority whatever the queues hold, and nobody else", () =>
    Effect.gen(function* () {
      yield* enter("LowPriorityShed")
      assert.strictEqual(yield* refused(enhance({}, { priority: "low" })), "LoadShed")
      assert.strictEqual((yield* enhance({}, { priority: "normal" })).provenance._tag, "Live")
      yield* leave("LowPriorityShed")
      assert.strictEqual((yield* enhance({ prompt: "another" }, { priority: "low" })).provenance._tag, "Live")
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("ImagesDeferred", () => {
  const door = AdmissionControl.useSync((it) => it.door("nanobanana", "submit"))
  const isDeferred = DegradedModes.useSync((it) => it.isActive("ImagesDeferred"))

  it.effect("holds while the circuit of submit refuses", () =>
    Effect.gen(function* () {
      assert.isFalse(yield* isDeferred)
      const { circuit } = yield* door
      circuit.isolate(0)
      assert.isTrue(yield* isDeferred)
      assert.deepStrictEqual(yield* names, ["ImagesDeferred Isolated rule"])
      circuit.reset(0)
      assert.isFalse(yield* isDeferred)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("is left when the circuit's open time is over", () =>
    Effect.gen(function* () {
      const { circuit } = yield* door
      const decision = circuit.admit(0)
      assert.strictEqual(decision._tag, "Pass")
      if (decision._tag === "Pass") circuit.end(decision.ticket, "failure", { opensAtOnce: true }, 0)
      assert.isTrue(yield* isDeferred)
      yield* TestClock.adjust("1 minute")
      assert.isFalse(yield* isDeferred)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("does not hold while the second provider takes pictures", () =>
    Effect.gen(function* () {
      const { circuit } = yield* door
      circuit.isolate(0)
      assert.isFalse(yield* isDeferred)
      const second = yield* AdmissionControl.useSync((it) => it.door("nanobanana-fallback", "submit"))
      second.circuit.isolate(0)
      assert.isTrue(yield* isDeferred)
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          settings: { nanobanana: { fallback: { protocol: "generic", baseURL: "https://second.example.com/v1" } } }
        })
      )
    )
  )
})

describe("the modes", () => {
  it.effect("hold several at once, each with its reason and since when, the oldest first", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000)
      yield* enter("ImagesDeferred")
      yield* TestClock.adjust(500)
      yield* enter("CacheOnly")
      yield* TestClock.adjust(500)
      assert.deepStrictEqual(yield* current, [
        { mode: "ImagesDeferred", reason: "Isolated", by: "hand", since: 1_000 },
        { mode: "CacheOnly", reason: "Isolated", by: "hand", since: 1_500 }
      ])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("are a stream: the present ones, then every change", () =>
    Effect.gen(function* () {
      yield* enter("CacheOnly")
      const modes = yield* DegradedModes
      const heard = yield* Effect.forkChild(Stream.runCollect(Stream.take(modes.changes, 3)), {
        startImmediately: true
      })
      yield* Effect.yieldNow
      yield* enter("ImagesDeferred")
      yield* leave("CacheOnly")
      assert.deepStrictEqual(
        (yield* Fiber.join(heard)).map((all) => all.map((it) => it.mode)),
        [["CacheOnly"], ["CacheOnly", "ImagesDeferred"], ["ImagesDeferred"]]
      )
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("tell each change once, by whom, from the mode or to it", () =>
    Effect.gen(function* () {
      const told = yield* changesOf(
        Effect.gen(function* () {
          yield* enter("CacheOnly")
          yield* enter("CacheOnly")
          yield* leave("CacheOnly")
          yield* leave("CacheOnly")
          const { circuit } = yield* chatDoor
          circuit.isolate(0)
          circuit.reset(0)
        })
      )
      assert.deepStrictEqual(told, [
        "Normal CacheOnly hand",
        "CacheOnly Normal hand",
        "Normal WithoutEnhancement rule",
        "WithoutEnhancement Normal rule"
      ])
    })
  )

  it.effect.each(DegradedMode.literals)("%s is entered and left by hand", (mode) =>
    Effect.gen(function* () {
      const isActive = DegradedModes.useSync((it) => it.isActive(mode))
      yield* enter(mode)
      yield* TestClock.adjust("1 day")
      assert.isTrue(yield* isActive)
      yield* leave(mode)
      assert.isFalse(yield* isActive)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("that are left by hand while their rule holds are entered again at once", () =>
    Effect.gen(function* () {
      const { circuit } = yield* chatDoor
      circuit.isolate(0)
      yield* leave("WithoutEnhancement")
      assert.deepStrictEqual(yield* names, ["WithoutEnhancement Isolated rule"])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("but CacheOnly: a person who has topped the account up leaves it", () =>
    Effect.gen(function* () {
      yield* chatFault("no-balance")
      yield* Effect.flip(pass(asking(), "1 second"))
      yield* chatFault()
      yield* leave("CacheOnly")
      assert.strictEqual((yield* enhance()).provenance._tag, "Live")
    }).pipe(Effect.provide(Mock.layer))
  )
})
