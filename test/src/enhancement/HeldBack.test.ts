/** What keeps a call from asking DeepSeek, and in which order it is looked at. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Mock from "../../../mock-layers/Mock.ts"
import { heldBack } from "../../../src/enhancement/HeldBack.ts"
import { type Call, CurrentCall } from "../../../src/pipeline/CurrentCall.ts"
import { withCall } from "../../../src/pipeline/WithCall.ts"
import { DegradedModes } from "../../../src/policy/degraded-mode/DegradedModes.ts"
import { KeyVault } from "../../../src/vault/KeyVault.ts"
import { asking, chats, pass } from "./SimulatedEnhancer.ts"

const defaults = () => ({ deadline: Duration.minutes(5), attemptLimit: 1 })

const obstacleTo = (call: Call) =>
  Effect.map(Effect.all([DegradedModes, KeyVault]), ([modes, vault]) => heldBack(modes, vault, call))

describe("a call", () => {
  it.effect("is held back by nothing while all is well", () =>
    withCall({}, defaults, obstacleTo).pipe(
      Effect.map((obstacle) => assert.isUndefined(obstacle)),
      Effect.provide(Mock.layer)
    )
  )

  it.effect("of low priority is shed before anything else is looked at", () =>
    Effect.gen(function* () {
      const modes = yield* DegradedModes
      for (const mode of ["WithoutEnhancement", "CacheOnly", "LowPriorityShed"] as const) yield* modes.enter(mode)
      const [low, normal] = yield* Effect.all([
        withCall({ priority: "low" }, defaults, obstacleTo),
        withCall({}, defaults, obstacleTo)
      ])
      assert.deepInclude(low, { reason: "LoadShed", mode: "LowPriorityShed" })
      assert.deepInclude(normal, { reason: "Isolated", mode: "CacheOnly" })
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("inside another one that has used up its attempts begins none, and falls back", () =>
    Effect.gen(function* () {
      const result = yield* pass(
        withCall({}, defaults, () =>
          Effect.andThen(asking(), asking({ prompt: "another" }, { accept: ["Live", "Degraded"] }))
        )
      )
      assert.deepStrictEqual(result.provenance, { _tag: "Degraded", reason: "AttemptsExhausted" })
      assert.strictEqual(yield* chats, 1)
      assert.isUndefined(yield* CurrentCall)
    }).pipe(Effect.provide(Mock.layer))
  )
})
