/**
 * What every composition must do when it enhances a prompt.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { AcceptedProvenance } from "../../schemas/CallOptions.ts"
import { EnhancementMode } from "../../schemas/Enhancement.ts"
import { Owner } from "../../schemas/Identifiers.ts"
import { noCost } from "../../schemas/Money.ts"
import { DegradedModes } from "../../src/policy/degraded-mode/DegradedModes.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import type { World } from "./World.ts"

const prompt = "a red fox in the snow"

export const suite = (world: World) => {
  const test = world.isLive ? it.live : it.effect
  describe(`PromptEnhancer on ${world.name}`, () => {
    for (const mode of EnhancementMode.literals) {
      test(`rewrites a prompt in mode ${mode}, and says where the result came from and what it cost`, () =>
        Effect.gen(function* () {
          const enhancement = yield* world.pass(PromptEnhancer.use((it) => it.enhance({ prompt, mode })))
          assert.notStrictEqual(enhancement.prompt.trim(), "")
          assert.notStrictEqual(enhancement.prompt, prompt)
          assert.strictEqual(enhancement.provenance._tag, "Live")
          assert.strictEqual(enhancement.isSimulated, world.isSimulated)
          assert.isAtLeast(enhancement.attempts, 1)
          assert.isNotNull(enhancement.cost.usdMicros)
          assert.isAbove(enhancement.cost.usdMicros ?? 0, 0)
        }).pipe(Effect.provide(world.layer)))
    }

    test("answers an equal request from the cache, for nothing, and another owner's not", () =>
      Effect.gen(function* () {
        const enhance = (owner: string) =>
          world.pass(PromptEnhancer.use((it) => it.enhance({ prompt }, { owner: Owner.make(owner) })))
        const first = yield* enhance("first")
        const second = yield* enhance("first")
        assert.strictEqual(second.provenance._tag, "Cached")
        assert.deepInclude(second, { prompt: first.prompt, attempts: 0, cost: noCost })
        assert.notStrictEqual(second.callId, first.callId)
        assert.strictEqual((yield* enhance("second")).provenance._tag, "Live")
      }).pipe(Effect.provide(world.layer)))

    test("asks once for equal requests at the same time", () =>
      Effect.gen(function* () {
        const all = yield* world.pass(
          Effect.all(
            Array.from({ length: 10 }, () => PromptEnhancer.use((it) => it.enhance({ prompt }))),
            { concurrency: "unbounded" }
          )
        )
        assert.deepStrictEqual(all.map((it) => it.attempts).toSorted(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        assert.strictEqual(new Set(all.map((it) => it.prompt)).size, 1)
      }).pipe(Effect.provide(world.layer)))

    test("asks nobody while a person has taken enhancing out of service, and says why", () =>
      Effect.gen(function* () {
        yield* DegradedModes.use((it) => it.enter("WithoutEnhancement"))
        const enhance = (accept: ReadonlyArray<AcceptedProvenance>) =>
          world.pass(PromptEnhancer.use((it) => it.enhance({ prompt }, { accept })))
        const refused = yield* Effect.flip(enhance(["Live"]))
        assert.deepInclude(refused, { _tag: "Rejection", outcome: "NotSent" })
        assert.strictEqual(refused.reason._tag, "Isolated")
        const local = yield* enhance(["Live", "Degraded"])
        assert.deepStrictEqual(local.provenance, {
          _tag: "Degraded",
          reason: "Isolated",
          mode: "WithoutEnhancement"
        })
        assert.isTrue(local.prompt.startsWith(prompt))
      }).pipe(Effect.provide(world.layer)))

    test("cuts what is longer than asked for at a word", () =>
      Effect.gen(function* () {
        const enhancement = yield* world.pass(
          PromptEnhancer.use((it) => it.enhance({ prompt, parameters: { length: 100 } }, { maximumCharacters: 60 }))
        )
        assert.isAtMost(enhancement.prompt.length, 60)
        assert.match(enhancement.prompt, /\S$/)
      }).pipe(Effect.provide(world.layer)))

    test("refuses bad input with the field's name, before anything is sent", () =>
      Effect.gen(function* () {
        const cases = [
          [{ prompt: " \u202e " }, "prompt"],
          [{ prompt: "x".repeat(4001) }, "prompt"],
          [{ prompt, parameters: { length: 9 } }, "parameters.length"],
          [{ prompt, parameters: { creativity: 1.1 } }, "parameters.creativity"],
          [{ prompt, colour: "red" }, "colour"]
        ] as const
        for (const [request, field] of cases) {
          const error = yield* Effect.flip(world.pass(PromptEnhancer.use((it) => it.enhance(request))))
          assert.deepInclude(error, { _tag: "Rejection", outcome: "NotSent", isRetryable: false })
          assert.deepInclude(error.reason, { _tag: "InputRejected", field })
        }
      }).pipe(Effect.provide(world.layer)))

    test("refuses a deadline that is no time at all", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          world.pass(PromptEnhancer.use((it) => it.enhance({ prompt }, { deadline: Duration.zero })))
        )
        assert.deepInclude(error.reason, { _tag: "InputRejected", field: "options.deadline" })
      }).pipe(Effect.provide(world.layer)))
  })
}
