/** What becomes of the whole when its first half fails. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import type { FaultKind, SimulationDocument } from "../../../mock-layers/simulation/Script.ts"
import { IdempotencyKey } from "../../../schemas/Identifiers.ts"
import { Illustrator } from "../../../src/illustration/Illustrator.ts"
import { passVirtually } from "../../contract/World.ts"

const prompt = "a red fox in the snow"
const request = { prompt, image: { quality: "low" } } as const

const illustrate = (options?: Parameters<Illustrator["Service"]["illustrate"]>[1]) =>
  passVirtually(Illustrator.use((it) => it.illustrate(request, options)))

const submits = Effect.map(
  MockHandle.use((it) => it.requests),
  (all) => all.filter((it) => it.operation === "submit")
)

const failing = (fault: FaultKind): SimulationDocument => ({ faults: [{ fault, operation: "chat" }] })

describe("illustrating", () => {
  it.effect("goes on with the raw prompt where enhancing failed, and says so", () =>
    Effect.forEach(
      [
        ["server-error", "ServerFailed"],
        ["unauthorized", "KeyRejected"],
        ["bad-json", "MalformedResponse"]
      ] as const,
      ([fault, reason]) =>
        Effect.gen(function* () {
          const result = yield* illustrate()
          assert.strictEqual(result.enhanced?.prompt, prompt)
          assert.deepStrictEqual(result.enhanced?.provenance, { _tag: "Degraded", reason })
          assert.strictEqual(result.generated.provenance._tag, "Live")
          const [paid] = yield* submits
          assert.deepInclude(paid?.body, { prompt })
        }).pipe(Effect.provide(Mock.layerWith(failing(fault))))
    )
  )

  it.effect("keeps what the failed enhancement may have cost in the whole cost", () =>
    Effect.gen(function* () {
      const result = yield* illustrate()
      assert.strictEqual(result.enhanced?.provenance._tag, "Degraded")
      assert.isAbove(result.enhanced?.cost.usdMicros ?? 0, 0)
      assert.strictEqual(result.enhanced?.cost.basis, "estimated")
    }).pipe(Effect.provide(Mock.layerWith(failing("lost-answer"))))
  )

  it.effect("pays for no picture of a prompt that the content policy refuses", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(illustrate())
      assert.deepInclude(error, { _tag: "ApiError", reason: { _tag: "ContentRejected" }, isRetryable: false })
      assert.deepStrictEqual(yield* submits, [])
    }).pipe(Effect.provide(Mock.layerWith(failing("content-blocked"))))
  )

  it.effect("pays for no picture when the deadline passes while enhancing", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(illustrate({ deadline: Duration.seconds(2) }))
      assert.strictEqual(error.reason._tag, "TimedOut")
      assert.deepStrictEqual(yield* submits, [])
    }).pipe(Effect.provide(Mock.layerWith(failing("keep-alive-forever"))))
  )

  it.effect("gives the enhancement its own share of the time, and the picture the rest", () =>
    Effect.gen(function* () {
      const result = yield* illustrate()
      assert.deepStrictEqual(result.enhanced?.provenance, { _tag: "Degraded", reason: "TimedOut" })
      assert.isAtMost(Duration.toSeconds(result.elapsed), 60)
      assert.strictEqual((yield* submits).length, 1)
    }).pipe(Effect.provide(Mock.layerWith(failing("keep-alive-forever"))))
  )

  it.effect("pays once for two illustrations with one idempotency key", () =>
    Effect.gen(function* () {
      const idempotencyKey = IdempotencyKey.make("order-9")
      const first = yield* illustrate({ idempotencyKey })
      const second = yield* illustrate({ idempotencyKey })
      assert.strictEqual(second.generated.jobId, first.generated.jobId)
      assert.strictEqual((yield* submits).length, 1)
    }).pipe(Effect.provide(Mock.layer))
  )
})
