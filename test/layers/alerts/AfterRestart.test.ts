/** What holds when a program begins, of an earlier one: its home tells. */
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { composeLive } from "../../../mock-layers/leaks/LeakWorld.ts"
import type { SimulationDocument } from "../../../mock-layers/simulation/Script.ts"
import { layerSimulation } from "../../../mock-layers/simulation/SimulationLayer.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { toldOf } from "../../src/alerts/ToldNotices.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

const program = (folder: string, simulation: SimulationDocument) =>
  composeLive({
    name: "restart",
    folder,
    settings: {
      home: path.join(folder, "home"),
      imageDirectory: path.join(folder, "images"),
      deepseek: { apiKey: "simulated" },
      nanobanana: { apiKey: "simulated", timeout: 2_000, priceUpperBound: 40_000, submitGrace: 200 }
    },
    transport: layerSimulation({ latency: 1, ...simulation })
  })

const waitUntil = (condition: () => boolean) =>
  Effect.gen(function* () {
    for (let turn = 0; turn < 400 && !condition(); turn++) yield* Effect.sleep("10 millis")
    assert.isTrue(condition())
  })

describe("a program that starts again", () => {
  it.live("tells of paid jobs without an outcome that an earlier one left, though nothing happens in it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.exit(ImageGenerator.use((it) => it.generate({ prompt: "a red fox" }))).pipe(
        Effect.provide(program(folder, { faults: [{ fault: "lost-answer", operation: "submit" }] }))
      )
      yield* Effect.gen(function* () {
        const told = yield* toldOf("OutcomeUnknown")
        yield* waitUntil(() => told.length > 0)
        assert.deepStrictEqual(told, ["Raised critical jobs"])
        const images = yield* ImageGenerator
        for (const { id } of yield* images.list()) yield* images.resolve(id, { _tag: "NotCharged" })
        yield* waitUntil(() => told.length > 1)
        assert.deepStrictEqual(told, ["Raised critical jobs", "Resolved critical jobs"])
      }).pipe(Effect.scoped, Effect.provide(program(folder, {})))
    })
  )
})
