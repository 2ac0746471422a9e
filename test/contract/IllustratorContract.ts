/**
 * What every composition must do with the whole job.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Illustrator } from "../../src/illustration/Illustrator.ts"
import { ImageStore } from "../../src/image/ImageStore.ts"
import { DegradedModes } from "../../src/policy/degraded-mode/DegradedModes.ts"
import type { World } from "./World.ts"

const prompt = "a red fox in the snow"
const image = { quality: "low" } as const

export const suite = (world: World) => {
  const test = world.isLive ? it.live : it.effect
  describe(`Illustrator on ${world.name}`, () => {
    test("turns a prompt into an enhanced prompt into a stored picture, under one call", () =>
      Effect.gen(function* () {
        const result = yield* world.pass(Illustrator.use((it) => it.illustrate({ prompt, image })))
        assert.strictEqual(result.prompt, prompt)
        assert.strictEqual(result.enhanced?.provenance._tag, "Live")
        assert.strictEqual(result.enhanced?.callId, result.callId)
        assert.strictEqual(result.generated.callId, result.callId)
        assert.strictEqual(result.attempts, (result.enhanced?.attempts ?? 0) + result.generated.attempts)
        assert.isAbove((yield* ImageStore.use((it) => it.read(result.generated.image.path))).length, 0)
      }).pipe(Effect.provide(world.layer)))

    test("enhances an equal prompt once, and makes a picture each time", () =>
      Effect.gen(function* () {
        const illustrate = world.pass(Illustrator.use((it) => it.illustrate({ prompt, image })))
        const first = yield* illustrate
        const second = yield* illustrate
        assert.strictEqual(second.enhanced?.provenance._tag, "Cached")
        assert.strictEqual(second.enhanced?.prompt, first.enhanced?.prompt)
        assert.strictEqual(second.generated.provenance._tag, "Live")
        assert.notStrictEqual(second.generated.jobId, first.generated.jobId)
      }).pipe(Effect.provide(world.layer)))

    test("goes on with the local template while enhancing is out of service, and says so", () =>
      Effect.gen(function* () {
        yield* DegradedModes.use((it) => it.enter("WithoutEnhancement"))
        const result = yield* world.pass(Illustrator.use((it) => it.illustrate({ prompt, image })))
        assert.strictEqual(result.enhanced?.provenance._tag, "Degraded")
        assert.strictEqual(result.generated.provenance._tag, "Live")
        assert.strictEqual(result.attempts, result.generated.attempts)
      }).pipe(Effect.provide(world.layer)))

    test("sends the prompt as it stands when no enhancement is asked for", () =>
      Effect.gen(function* () {
        const result = yield* world.pass(Illustrator.use((it) => it.illustrate({ prompt, enhance: false, image })))
        assert.isNull(result.enhanced)
      }).pipe(Effect.provide(world.layer)))

    test("refuses bad input of either half before anything is sent", () =>
      Effect.gen(function* () {
        for (const [request, field] of [
          [{ prompt: "" }, "prompt"],
          [{ prompt, image: { height: 5000 } }, "image.height"],
          [{ prompt, enhancement: { focus: Array.from({ length: 9 }, () => "light") } }, "enhancement.focus"]
        ] as const) {
          const error = yield* Effect.flip(world.pass(Illustrator.use((it) => it.illustrate(request))))
          assert.deepInclude(error.reason, { _tag: "InputRejected", field })
        }
      }).pipe(Effect.provide(world.layer)))
  })
}
