import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { layer } from "../../../mock-layers/image/MemoryImageStore.ts"
import { maximumSameNames } from "../../../src/image/ImagePath.ts"
import { ImageStore } from "../../../src/image/ImageStore.ts"
import { png } from "../../src/image/SampleImages.ts"
import { pieces, suite } from "./ImageStoreContract.ts"

suite("MemoryImageStore", layer, Effect.succeed("images"))

describe("MemoryImageStore", () => {
  it.effect("works wholly under the test clock", () =>
    Effect.gen(function* () {
      const store = yield* ImageStore
      const slow = Stream.tap(pieces(png(8, 8), 10), () => Effect.sleep("1 minute"))
      const fiber = yield* Effect.forkChild(store.put(slow, { root: "images", label: "job_1" }))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Fiber.join(fiber)).width, 8)
    }).pipe(Effect.provide(layer))
  )

  it.effect(
    "too many pictures of one name are refused, not overwritten",
    () =>
      Effect.gen(function* () {
        const store = yield* ImageStore
        const target = { root: "images", label: "job_1", fileName: "fox.png" }
        for (let number = 1; number <= maximumSameNames; number++) yield* store.put(pieces(png(number, 1), 500), target)
        const error = yield* Effect.flip(store.put(pieces(png(1, 2), 500), target))
        assert.deepInclude(error, { _tag: "StorageFailed", problem: "AlreadyExists" })
      }).pipe(Effect.provide(layer)),
    30_000
  )
})
