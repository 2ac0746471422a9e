/** Each alert from what happens in a program to its notices, and until it is over, in virtual time. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { isolated } from "../../../layers/Isolated.ts"
import * as Services from "../../../layers/Services.ts"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import * as MemoryStores from "../../../layers/stores/MemoryStores.ts"
import * as MemoryImageStore from "../../../mock-layers/image/MemoryImageStore.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import { withSimulatedKeys } from "../../../mock-layers/SimulatedKeys.ts"
import { layerSimulation } from "../../../mock-layers/simulation/SimulationLayer.ts"
import { VaultFailed } from "../../../schemas/VaultFailed.ts"
import { Alerts } from "../../../src/alerts/Alerts.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { Health } from "../../../src/health/Health.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { ImageStore } from "../../../src/image/ImageStore.ts"
import { KeyStore } from "../../../src/vault/KeyStore.ts"
import { throughTime } from "../../support/ThroughTime.ts"
import { toldOf } from "./ToldNotices.ts"

const enhance = (prompt: string) => throughTime(PromptEnhancer.use((it) => it.enhance({ prompt })))

const generate = throughTime(
  ImageGenerator.use((it) => it.generate({ prompt: "a red fox", parameters: { width: 64, height: 64 } })),
  240
)

describe("stale answers", () => {
  it.effect("are told of after a minute of them, and no more when DeepSeek answers again", () =>
    Effect.gen(function* () {
      const told = yield* toldOf("StaleAnswers")
      const { setScript } = yield* MockHandle
      yield* enhance("a red fox")
      yield* TestClock.adjust("2 minutes")
      yield* setScript({ scenario: "down" })
      const first = yield* enhance("a red fox")
      assert.strictEqual(first._tag === "Success" ? first.success.provenance._tag : first._tag, "Stale")
      yield* TestClock.adjust("30 seconds")
      yield* enhance("a red fox")
      assert.deepStrictEqual(told, [])
      yield* TestClock.adjust("50 seconds")
      assert.deepStrictEqual(told, ["Raised warning deepseek"])
      yield* setScript({ scenario: "healthy" })
      for (let turn = 0; turn < 10; turn++) {
        yield* TestClock.adjust("1 minute")
        yield* enhance(`another fox, ${turn}`)
      }
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(told, ["Raised warning deepseek", "Resolved warning deepseek"])
    }).pipe(Effect.scoped, Effect.provide(Mock.layerWith({ settings: { deepseek: { cacheTtl: 60_000 } } })))
  )

  it.effect("are no news while they last less than a minute", () =>
    Effect.gen(function* () {
      const told = yield* toldOf("StaleAnswers")
      const { setScript } = yield* MockHandle
      yield* enhance("a red fox")
      yield* TestClock.adjust("2 minutes")
      yield* setScript({ faults: [{ fault: "server-error", operation: "chat", times: 4 }] })
      const stale = yield* enhance("a red fox")
      assert.strictEqual(stale._tag === "Success" ? stale.success.provenance._tag : stale._tag, "Stale")
      yield* TestClock.adjust("20 seconds")
      const answered = yield* enhance("a grey fox")
      assert.strictEqual(answered._tag === "Success" ? answered.success.provenance._tag : answered._tag, "Live")
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(told, [])
    }).pipe(Effect.scoped, Effect.provide(Mock.layerWith({ settings: { deepseek: { cacheTtl: 60_000 } } })))
  )
})

describe("a queue", () => {
  const callers = (from: number, count: number) =>
    Effect.forEach(
      Array.from({ length: count }, (_, index) => index),
      (index) => Effect.exit(PromptEnhancer.use((it) => it.enhance({ prompt: `fox ${from + index}` }))),
      { concurrency: "unbounded" }
    )

  const settingsWith = (queueLimit: number) => ({
    settings: {
      deepseek: { rateLimit: { requests: 3, window: 60 }, timeout: 3_600_000, queueLimit, concurrency: 100 }
    }
  })

  it.effect("that doubles is told of, and no more when it is half as long", () =>
    Effect.gen(function* () {
      const told = yield* toldOf("QueueGrowing")
      yield* Effect.forkScoped(callers(0, 9), { startImmediately: true })
      yield* TestClock.adjust("15 seconds")
      assert.deepStrictEqual(told, [])
      const more = yield* Effect.forkScoped(callers(100, 9), { startImmediately: true })
      yield* TestClock.adjust("15 seconds")
      assert.deepStrictEqual(told, ["Raised warning deepseek chat"])
      yield* TestClock.adjust("15 minutes")
      yield* Fiber.join(more)
      assert.deepStrictEqual(told, ["Raised warning deepseek chat", "Resolved warning deepseek chat"])
    }).pipe(Effect.scoped, Effect.provide(Mock.layerWith(settingsWith(1_000))))
  )

  it.effect("that is nearly full is critical", () =>
    Effect.gen(function* () {
      const told = yield* toldOf("QueueGrowing")
      yield* Effect.forkScoped(callers(0, 13), { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(told, ["Raised critical deepseek chat"])
      yield* TestClock.adjust("15 minutes")
      assert.deepStrictEqual(told, ["Raised critical deepseek chat", "Resolved critical deepseek chat"])
    }).pipe(Effect.scoped, Effect.provide(Mock.layerWith(settingsWith(12))))
  )
})

describe("a paid job without an outcome", () => {
  it.effect("is told of until a person has said what became of it", () =>
    Effect.gen(function* () {
      const told = yield* toldOf("OutcomeUnknown")
      yield* generate
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(told, ["Raised critical jobs"])
      const images = yield* ImageGenerator
      const [job] = yield* images.list()
      assert.strictEqual(job?.state._tag, "OutcomeUnknown")
      if (job !== undefined) yield* images.resolve(job.id, { _tag: "NotCharged" })
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(told, ["Raised critical jobs", "Resolved critical jobs"])
    }).pipe(Effect.scoped, Effect.provide(Mock.layerWith({ faults: [{ fault: "lost-answer", operation: "submit" }] })))
  )
})

describe("the audit", () => {
  it.effect("that loses rows is told of, for five minutes after the last one", () =>
    Effect.gen(function* () {
      const told = yield* toldOf("AuditDropped")
      yield* enhance("a red fox")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(told, ["Raised critical audit"])
      yield* TestClock.adjust("5 minutes")
      assert.lengthOf(told, 1)
      yield* TestClock.adjust("6 minutes")
      assert.deepStrictEqual(told, ["Raised critical audit", "Resolved critical audit"])
    }).pipe(Effect.scoped, Effect.provide(Mock.layerWith({ settings: { audit: { buffer: 1 } } })))
  )
})

describe("our own disk", () => {
  /** A store that has no room until there is some. */
  const disk = { isFull: true }
  const fullDisk = Layer.effect(
    ImageStore,
    Effect.map(ImageStore, (store) =>
      ImageStore.of({
        ...store,
        put: (bytes, target) =>
          Effect.suspend(() =>
            disk.isFull
              ? Effect.fail({ _tag: "StorageFailed" as const, problem: "DiskFull" as const, detail: "no room" })
              : store.put(bytes, target)
          )
      })
    )
  ).pipe(Layer.provide(MemoryImageStore.layer))

  it.effect("that is full is told of as ours and as no provider's, and no more when there is room", () =>
    Effect.gen(function* () {
      const told = yield* toldOf("StorageTrouble")
      const ended = yield* generate
      assert.strictEqual(ended._tag === "Failure" ? ended.failure.reason._tag : ended._tag, "StorageFailed")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(told, ["Raised critical storage"])
      const active = yield* Alerts.use((it) => it.active)
      assert.notInclude(
        active.map(({ name }) => name),
        "ProviderFault"
      )
      const report = yield* Health.use((it) => it.report)
      assert.deepStrictEqual(report.notReadyBecause, ["StoreFailed"])
      assert.strictEqual(report.providers.find((it) => it.provider === "nanobanana")?.status, "Healthy")
      disk.isFull = false
      yield* TestClock.adjust("3 minutes")
      assert.deepStrictEqual(told, ["Raised critical storage", "Resolved critical storage"])
      assert.isTrue((yield* Health.use((it) => it.report)).isReady)
    }).pipe(Effect.scoped, Effect.provide(Mock.layerOver({ imageStore: fullDisk })))
  )
})

describe("the vault", () => {
  const failure = new VaultFailed({
    problem: "Damaged",
    subject: "the vault",
    detail: "a bit of it is turned",
    remedy: "put the copy back"
  })
  const unreadable = Layer.succeed(KeyStore, {
    opened: [],
    change: () => Effect.fail(failure),
    changes: Stream.fromEffect(Effect.as(Effect.sleep("5 seconds"), failure))
  })
  const overIt = isolated(
    Services.layer.pipe(
      Layer.provideMerge(
        Layer.mergeAll(
          layerSimulation({}),
          MemoryImageStore.layer,
          unreadable,
          Layer.provideMerge(MemoryStores.layer, Layer.orDie(layerFromCode(withSimulatedKeys({}))))
        )
      )
    )
  )

  it.effect("that can not be read again is told of with what to do, for ten minutes", () =>
    Effect.gen(function* () {
      const told = yield* toldOf("VaultTrouble")
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual(told, ["Raised warning reading"])
      const [alert] = yield* Alerts.use((it) => it.active)
      assert.include(alert?.message, "put the copy back")
      yield* TestClock.adjust("10 minutes")
      assert.lengthOf(told, 1)
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(told, ["Raised warning reading", "Resolved warning reading"])
    }).pipe(Effect.scoped, Effect.provide(overIt))
  )
})
