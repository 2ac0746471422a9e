/**
 * Code that needs an `Illustrator` does not know which one it gets: here the same function runs on the simulated
 * providers, under a clock that the test moves, so that minutes of polling take no time.
 */
import * as assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { Illustrator } from "@ludeng/providers"
import * as Mock from "@ludeng/providers/mock-layers/Mock"

/** Production code: a cover for an article. Live, it is provided with `Live.layer`. */
const coverOf = (title: string) =>
  Illustrator.use((illustrator) => illustrator.illustrate({ prompt: `a cover for "${title}"`, mode: "precise" })).pipe(
    Effect.map(({ generated, isSimulated }) => ({ sha256: generated.image.sha256, isSimulated }))
  )

/** The test. */
const test = Effect.gen(function* () {
  const fiber = yield* Effect.forkChild(coverOf("Foxes"))
  yield* TestClock.adjust("10 minutes")
  return yield* Fiber.join(fiber)
}).pipe(Effect.provide(Mock.layer), Effect.provide(TestClock.layer()))

const first = await Effect.runPromise(test)
const second = await Effect.runPromise(test)
assert.equal(first.isSimulated, true)
assert.deepEqual(first, second, "the same seed draws the same picture")
console.log("the simulated cover is the same each time:", first.sha256.slice(0, 16))
