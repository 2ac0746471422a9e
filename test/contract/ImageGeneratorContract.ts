/**
 * What every composition must do when it makes a picture.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { defaultOwner, IdempotencyKey } from "../../schemas/Identifiers.ts"
import { identifyImage } from "../../src/image/IdentifyImage.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { ImageStore } from "../../src/image/ImageStore.ts"
import { JobLedger } from "../../src/job/JobLedger.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"
import type { World } from "./World.ts"

const request = { prompt: "a red fox in the snow", parameters: { quality: "low" } } as const

export const suite = (world: World) => {
  const test = world.isLive ? it.live : it.effect
  describe(`ImageGenerator on ${world.name}`, () => {
    test("makes, verifies and stores a picture that can be read back", () =>
      Effect.gen(function* () {
        const generated = yield* world.pass(ImageGenerator.use((it) => it.generate(request)))
        assert.strictEqual(generated.provenance._tag, "Live")
        assert.strictEqual(generated.isSimulated, world.isSimulated)
        assert.isAtLeast(generated.attempts, 3)
        const bytes = yield* ImageStore.use((it) => it.read(generated.image.path))
        assert.strictEqual(bytes.length, generated.image.bytes)
        const { format, height, width } = generated.image
        assert.deepInclude(identifyImage(bytes), { success: { format, height, width } })
        const totals = yield* CostLedger.use((it) => it.totals())
        assert.strictEqual(totals.granted, totals.available + totals.reserved + totals.spent)
        assert.strictEqual(totals.reserved, 0)
      }).pipe(Effect.provide(world.layer)))

    test("makes one job of equal requests with one idempotency key, and refuses the key for another request", () =>
      Effect.gen(function* () {
        const idempotencyKey = IdempotencyKey.make("contract-1")
        const both = Effect.all(
          [1, 2].map(() => ImageGenerator.use((it) => it.generate(request, { idempotencyKey }))),
          { concurrency: "unbounded" }
        )
        const [first, second] = yield* world.pass(both)
        assert.strictEqual(first?.jobId, second?.jobId)
        assert.strictEqual(first?.providerJobId, second?.providerJobId)
        const other = yield* Effect.flip(
          world.pass(ImageGenerator.use((it) => it.generate({ prompt: "a blue fox" }, { idempotencyKey })))
        )
        assert.strictEqual(other.reason._tag, "IdempotencyConflict")
      }).pipe(Effect.provide(world.layer)))

    test("gives who takes no new picture the earlier one, and refuses where there is none; nothing is paid", () =>
      Effect.gen(function* () {
        const wish = { prompt: "a red fox at dawn", parameters: { quality: "low" } } as const
        const earlier = ImageGenerator.use((it) => it.generate(wish, { accept: ["Cached"] }))
        const countJobs = Effect.map(
          JobLedger.use((it) => it.list(defaultOwner)),
          (jobs) => jobs.length
        )
        const before = yield* countJobs
        const refused = yield* Effect.flip(world.pass(earlier))
        assert.strictEqual(refused.reason._tag, "InputRejected")
        const made = yield* world.pass(ImageGenerator.use((it) => it.generate(wish)))
        const again = yield* world.pass(earlier)
        assert.strictEqual(again.provenance._tag, "Cached")
        assert.deepStrictEqual([again.jobId, again.image], [made.jobId, made.image])
        assert.strictEqual(again.cost.usdMicros, 0)
        assert.strictEqual(yield* countJobs, before + 1)
      }).pipe(Effect.provide(world.layer)))

    test("streams the job to its end", () =>
      Effect.gen(function* () {
        const job = yield* ImageGenerator.use((it) => it.submit(request))
        const watched = yield* world.pass(ImageGenerator.use((it) => Stream.runCollect(it.watch(job.id))))
        assert.strictEqual(watched.at(-1)?.state._tag, "Stored")
      }).pipe(Effect.provide(world.layer)))

    test("says what was asked and what was given, and refuses an exact wish before anything is paid", () =>
      Effect.gen(function* () {
        const asked = { prompt: request.prompt, parameters: { width: 800, height: 600, format: "webp" } } as const
        const generated = yield* world.pass(ImageGenerator.use((it) => it.generate(asked)))
        for (const deviation of generated.deviations) assert.notStrictEqual(deviation.asked, deviation.given)
        if (generated.deviations.length > 0) {
          const before = (yield* JobLedger.use((it) => it.list(defaultOwner))).length
          const error = yield* Effect.flip(world.pass(ImageGenerator.use((it) => it.generate(asked, { fit: "exact" }))))
          assert.strictEqual(error.reason._tag, "InputRejected")
          assert.strictEqual((yield* JobLedger.use((it) => it.list(defaultOwner))).length, before)
        }
      }).pipe(Effect.provide(world.layer)))
  })
}
