/** What keeping a failed call may do to its caller: nothing, and not for long. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import type { CallFailure } from "../../../schemas/Failures.ts"
import { CallId } from "../../../schemas/Identifiers.ts"
import * as MemorySettings from "../../../layers/settings/MemorySettings.ts"
import { DeadLetters, type NewLetter } from "../../../src/dead-letter/DeadLetters.ts"
import { makeKeepFailed } from "../../../src/dead-letter/KeepFailed.ts"
import { reject } from "../../../src/pipeline/Reject.ts"
import { withCall } from "../../../src/pipeline/WithCall.ts"

const failure = reject({ _tag: "PriceUnknown" }, CallId.make("call_1"))
const defaults = () => ({ deadline: "1 minute", attemptLimit: 1 }) as never

/** A call that fails, over a store that keeps as it is told to. */
const failing = (keep: (letter: NewLetter) => Effect.Effect<void>, scope: Scope.Scope) =>
  Effect.gen(function* () {
    const never = () => Effect.die(new Error("not asked for"))
    const store = DeadLetters.of({ keep, get: never, list: never, record: never, discard: never })
    const keepFailed = yield* Effect.provideService(makeKeepFailed, DeadLetters, store)
    return yield* withCall({}, defaults, (call) =>
      keepFailed.call(
        call,
        {},
        () => ({ _tag: "Image", request: { prompt: "a red fox" } }),
        Effect.fail<CallFailure>(failure)
      )
    )
  }).pipe(Effect.provideService(Scope.Scope, scope), Effect.provide(MemorySettings.layerFromCode({})), Effect.exit)

describe("keeping a failed call", () => {
  it.effect("holds its caller up for a second at most, and goes on", () =>
    Effect.gen(function* () {
      const kept: Array<string> = []
      const slow = (letter: NewLetter) =>
        Effect.delay(
          Effect.sync(() => kept.push(letter.callId)),
          "10 seconds"
        )
      const fiber = yield* Effect.forkChild(failing(slow, yield* Effect.scope), { startImmediately: true })
      yield* TestClock.adjust(999)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.isTrue(Exit.isFailure(yield* Fiber.join(fiber)))
      assert.deepStrictEqual(kept, [])
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(kept.length, 1)
    })
  )

  it.effect("goes on when its caller is interrupted, and is waited for where the program ends", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const kept: Array<string> = []
      const slow = (letter: NewLetter) =>
        Effect.andThen(
          Deferred.succeed(begun, undefined),
          Effect.delay(
            Effect.sync(() => kept.push(letter.callId)),
            "10 seconds"
          )
        )
      const scope = Scope.makeUnsafe()
      const fiber = yield* Effect.forkChild(failing(slow, scope), { startImmediately: true })
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      const ending = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      assert.isUndefined(ending.pollUnsafe())
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(ending)
      assert.strictEqual(kept.length, 1)
    })
  )

  it.effect("changes nothing of the failure where the store fails or dies", () =>
    Effect.gen(function* () {
      for (const broken of [() => Effect.die(new Error("broken")), () => Effect.interrupt]) {
        const exit = yield* failing(broken, yield* Effect.scope)
        assert.deepStrictEqual(exit, Exit.fail(failure))
      }
    })
  )
})
