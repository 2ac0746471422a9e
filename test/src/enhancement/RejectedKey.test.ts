/** What stands in for an enhancement whose key is lost, and who hears that it is lost. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import { KeyVault } from "../../../src/vault/KeyVault.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import { chats, enhance, pass } from "./SimulatedEnhancer.ts"

const anything = { accept: ["Live", "Cached", "Stale", "Degraded"] } as const

const loseKeys = MockHandle.use((it) =>
  it.setScript({
    faults: [
      { fault: "unauthorized", operation: "chat" },
      { fault: "unauthorized", operation: "probe" }
    ]
  })
)

describe("a stale answer", () => {
  it.effect("hides no key that is lost: its loss is told, with what to do", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        yield* enhance()
        yield* TestClock.adjust("2 days")
        yield* loseKeys
        assert.deepInclude((yield* enhance({}, anything)).provenance, { _tag: "Stale", reason: "KeyRejected" })
        const retired = events.find((it) => it._tag === "KeyRetired")
        assert.deepInclude(retired, { provider: "deepseek", scope: "deepseek", because: "Rejected" })
        assert.include(retired?.remedy ?? "", "DEEPSEEK_API_KEY")

        // From now on nobody is asked with a key that is known to be none.
        yield* TestClock.adjust("5 minutes")
        const before = yield* chats
        assert.deepInclude((yield* enhance({}, anything)).provenance, { _tag: "Stale", reason: "NoHealthyKey" })
        assert.strictEqual(yield* chats, before)
        assert.strictEqual(
          (yield* Effect.flip(pass(Effect.asVoid(enhance({ prompt: "another" }))))).reason._tag,
          "NoHealthyKey"
        )
        assert.deepStrictEqual(
          (yield* KeyVault.use((it) => it.keys)).filter((it) => it.scope === "deepseek").map((it) => it.state._tag),
          ["Retired"]
        )
      }).pipe(Effect.provide(Mock.layer))
    )
  )
})
