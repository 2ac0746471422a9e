import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { noCost } from "../../../schemas/Money.ts"
import { IdempotencyKey, Owner } from "../../../schemas/Identifiers.ts"
import { isIntact } from "../../../src/image/EarlierImage.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { type ImageCondition, ImageStore } from "../../../src/image/ImageStore.ts"
import * as MakeImageGenerator from "../../../src/image/MakeImageGenerator.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import { acceptedAs, failedAttempt } from "../../support/FakeImageProvider.ts"
import { generate, inWorld, isolate, jobs, openCircuit, passing, request, submitsOf, totals } from "./ImageWorld.ts"

const withEarlier = { accept: ["Live", "Cached"] } as const

const broke = failedAttempt("submit", { _tag: "InsufficientBalance" }, "Refused")
const lost = failedAttempt("submit", { _tag: "ConnectionLost", phase: "headers", code: "ECONNRESET" }, "Unknown")

describe("an earlier picture of an equal request", () => {
  it.effect("is given where none can be bought and the caller takes it; it says so, and costs nothing", () =>
    recordCalls((events) =>
      inWorld({ first: { submit: [acceptedAs("provider-1"), broke] } }, () =>
        Effect.gen(function* () {
          const first = yield* passing(generate())
          yield* TestClock.adjust("1 hour")
          const second = yield* passing(generate(withEarlier))
          assert.deepInclude(second, { jobId: first.jobId, image: first.image, cost: noCost, attempts: 1 })
          assert.isTrue(second.provenance._tag === "Cached" && Duration.toMinutes(second.provenance.age) >= 60)
          assert.deepStrictEqual(yield* totals, { reserved: 0, spent: 40_000 })
          const told = events.flatMap((it) => (it._tag === "FellBack" ? [{ to: it.to, reason: it.reason }] : []))
          assert.deepStrictEqual(told, [{ to: "EarlierImage", reason: "InsufficientBalance" }])
        })
      )
    )
  )

  it.effect("is given where the door is shut, without a new job", () =>
    inWorld({}, () =>
      Effect.gen(function* () {
        yield* passing(generate())
        yield* openCircuit("submit", 60_000)
        assert.strictEqual((yield* generate(withEarlier)).provenance._tag, "Cached")
        assert.strictEqual((yield* jobs).length, 1)
        const planned = yield* ImageGenerator.use((it) => it.plan(request, withEarlier))
        assert.strictEqual(planned.protocol, "generic")
        const refused = yield* Effect.flip(ImageGenerator.use((it) => it.plan(request)))
        assert.strictEqual(refused.reason._tag, "CircuitOpen")
      })
    )
  )

  it.effect("comes after the second account", () =>
    inWorld({ second: {} }, () =>
      Effect.gen(function* () {
        yield* passing(generate())
        yield* isolate("submit")
        const made = yield* passing(generate({ accept: ["Live", "OtherProvider", "Cached"] }))
        assert.strictEqual(made.provenance._tag, "OtherProvider")
        yield* isolate("submit", "nanobanana-fallback")
        assert.strictEqual((yield* passing(generate(withEarlier))).provenance._tag, "Cached")
      })
    )
  )

  it.effect(
    "is given to nobody who did not ask for it, nor for another owner, request, or after an unknown outcome",
    () =>
      inWorld({ first: { submit: [acceptedAs("provider-1"), broke, broke, broke, lost] } }, () =>
        Effect.gen(function* () {
          yield* passing(generate())
          const unasked = yield* Effect.flip(passing(generate()))
          assert.strictEqual(unasked.reason._tag, "InsufficientBalance")
          const foreign = yield* Effect.flip(passing(generate({ ...withEarlier, owner: Owner.make("anna") })))
          assert.strictEqual(foreign.reason._tag, "InsufficientBalance")
          const blue = ImageGenerator.use((it) => it.generate({ prompt: "a blue fox" }, withEarlier))
          assert.strictEqual((yield* Effect.flip(passing(blue))).reason._tag, "InsufficientBalance")
          const unknown = yield* Effect.flip(passing(generate(withEarlier)))
          assert.deepInclude(unknown, { outcome: "Unknown", isRetryable: false })
        })
      )
  )

  it.effect("is all that a caller gets who takes no new one: nothing is sent", () =>
    inWorld({}, (requests) =>
      Effect.gen(function* () {
        const none = yield* Effect.flip(generate({ accept: ["Cached"] }))
        assert.deepInclude(none.reason, { _tag: "InputRejected", field: "options.accept" })
        assert.deepStrictEqual(requests, [])
        yield* passing(generate())
        assert.strictEqual((yield* generate({ accept: ["Cached"] })).provenance._tag, "Cached")
        assert.strictEqual(submitsOf(requests).length, 1)
      })
    )
  )

  it.effect("is not given where its file holds other bytes or is gone, but the one before it is", () => {
    const damaged = new Map<string, ImageCondition>()
    return inWorld({}, () =>
      Effect.gen(function* () {
        const store = yield* ImageStore
        const verify: ImageStore["Service"]["verify"] = (image) =>
          damaged.has(image.path) ? Effect.succeed(damaged.get(image.path) ?? "Missing") : store.verify(image)
        const generator = yield* Effect.provideService(MakeImageGenerator.make, ImageStore, { ...store, verify })
        const make = generator.generate(request)
        const first = yield* passing(make)
        const second = yield* passing(make)
        yield* isolate("submit")
        assert.strictEqual((yield* generator.generate(request, withEarlier)).jobId, second.jobId)
        damaged.set(second.image.path, "Changed")
        assert.strictEqual((yield* generator.generate(request, withEarlier)).jobId, first.jobId)
        damaged.set(first.image.path, "Missing")
        const refused = yield* Effect.flip(generator.generate(request, withEarlier))
        assert.strictEqual(refused.reason._tag, "Isolated")
        const gone = Effect.provide(isIntact({ ...first.image, path: "gone.png" }), Layer.succeed(ImageStore, store))
        assert.isFalse(yield* gone)
      }).pipe(Effect.scoped)
    )
  })
})

describe("the picture of a job that has ended", () => {
  for (const [condition, problem] of [
    ["Missing", "Missing"],
    ["Changed", "Corrupt"]
  ] as const) {
    it.effect(`that is ${condition.toLowerCase()} now is told, and is no result (await, resume, the same key)`, () =>
      recordCalls((events) =>
        inWorld({}, (requests) =>
          Effect.gen(function* () {
            const store = yield* ImageStore
            const idempotencyKey = IdempotencyKey.make("order-7")
            const first = yield* passing(generate({ idempotencyKey }))
            assert.deepStrictEqual((yield* generate({ idempotencyKey })).image, first.image)
            const asFound = { ...store, verify: () => Effect.succeed(condition) }
            const generator = yield* Effect.provideService(MakeImageGenerator.make, ImageStore, asFound)
            const sent = requests.length
            for (const ask of [
              generator.await(first.jobId),
              generator.resume(first.jobId),
              generator.generate(request, { idempotencyKey })
            ]) {
              const failure = yield* Effect.flip(ask)
              assert.deepInclude(failure.reason, { _tag: "StorageFailed", problem })
              assert.deepInclude(failure, { jobId: first.jobId, outcome: "Done", isRetryable: false })
              assert.notInclude(failure.message, first.image.path)
            }
            assert.strictEqual(requests.length, sent)
            assert.strictEqual(events.filter((it) => it._tag === "WaitEnded").length, 3)
            assert.deepStrictEqual((yield* generator.status(first.jobId)).state._tag, "Stored")
            const none = yield* Effect.flip(generator.generate(request, { accept: ["Cached"] }))
            assert.deepInclude(none.reason, { _tag: "InputRejected", field: "options.accept" })
          }).pipe(Effect.scoped)
        )
      )
    )
  }
})
