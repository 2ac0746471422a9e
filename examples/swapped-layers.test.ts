/**
 * A test suite of a host: one piece of production code, run over the simulated providers, over providers that fail, and
 * over a double of one single service. Nothing is sent, no time passes.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { Illustrator, PromptEnhancer, Rejection } from "@ludeng/providers"
import { CallId } from "@ludeng/providers/schemas/Identifiers"
import * as Mock from "@ludeng/providers/mock-layers/Mock"
import { MockHandle } from "@ludeng/providers/mock-layers/MockHandle"

/** Production code: the cover of an article. Live, it is provided with `Live.layer`. */
const coverOf = (title: string) =>
  Illustrator.use((it) => it.illustrate({ prompt: `a cover for "${title}"`, mode: "precise" })).pipe(
    Effect.map(({ enhanced, generated }) => ({
      sha256: generated.image.sha256,
      isPlain: enhanced?.provenance._tag === "Degraded"
    })),
    Effect.catchTags({
      Rejection: ({ reason }) => Effect.succeed({ refused: reason._tag }),
      ApiError: ({ reason }) => Effect.succeed({ failed: reason._tag })
    })
  )

/** What a program says that is ending. */
const closed = new Rejection({ reason: { _tag: "ShuttingDown" }, callId: CallId.make("call_1"), isRetryable: true })

/** Runs it while the test's clock goes on: minutes of waiting take no time. */
const run = <A, E, R>(program: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(program)
    yield* TestClock.adjust("10 minutes")
    return yield* Fiber.join(fiber)
  })

describe("the cover of an article", () => {
  it.effect("is drawn, and paid for once", () =>
    Effect.gen(function* () {
      const cover = yield* run(coverOf("Foxes"))
      assert.isFalse("isPlain" in cover && cover.isPlain)
      assert.strictEqual((yield* MockHandle.use((it) => it.totals)).acceptedSubmits, 1)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("tells when the account is empty, and nothing is charged", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* run(coverOf("Foxes")), { failed: "InsufficientBalance" })
      assert.strictEqual((yield* MockHandle.use((it) => it.totals)).chargedUsdMicros, 0)
    }).pipe(Effect.provide(Mock.layerWith({ scenario: "no-balance" })))
  )

  it.effect("asks for a title", () =>
    Effect.gen(function* () {
      const enhance = PromptEnhancer.use((it) => it.enhance({ prompt: "" }))
      assert.strictEqual((yield* Effect.flip(enhance)).reason._tag, "InputRejected")
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("a double of one service is a layer of that service", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* coverOf("Foxes"), { refused: "ShuttingDown" })
    }).pipe(Effect.provide(Layer.mock(Illustrator, { illustrate: () => Effect.fail(closed) })))
  )
})
