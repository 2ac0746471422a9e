/** What is kept of an enhancement, and what comes out again. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import type { Enhancement } from "../../../schemas/Enhancement.ts"
import { CallId } from "../../../schemas/Identifiers.ts"
import type { Provenance } from "../../../schemas/Provenance.ts"
import { bytesOfCached, fromCached, toCached } from "../../../src/cache/CachedEnhancement.ts"

const enhancement: Enhancement = {
  callId: CallId.make("call_1"),
  prompt: "A red fox stands in fresh snow.",
  model: "deepseek-flash",
  provenance: { _tag: "Live" },
  isSimulated: false,
  shortened: true,
  cost: { usdMicros: 120, basis: "measured" },
  attempts: 2
}

describe("CachedEnhancement", () => {
  it("only what the provider made for this call is kept", () => {
    const others: ReadonlyArray<Provenance> = [
      { _tag: "Cached", age: Duration.seconds(1) },
      { _tag: "Stale", age: Duration.seconds(1), reason: "ServerFailed" },
      { _tag: "OtherProvider", provider: "deepseek", reason: "ServerFailed" },
      { _tag: "Degraded", reason: "ServerFailed" }
    ]
    assert.deepStrictEqual(
      others.map((provenance) => toCached({ ...enhancement, provenance })),
      [undefined, undefined, undefined, undefined]
    )
    assert.isDefined(toCached(enhancement))
  })

  it("a kept enhancement comes out as another call's, which paid nothing and tried nothing", () => {
    const cached = toCached(enhancement)
    assert.isDefined(cached)
    const provenance: Provenance = { _tag: "Cached", age: Duration.seconds(5) }
    const callId = CallId.make("call_2")
    assert.deepStrictEqual(cached.cost, enhancement.cost)
    assert.deepStrictEqual(fromCached(cached, { callId, provenance }), {
      ...enhancement,
      callId,
      provenance,
      cost: { usdMicros: 0, basis: "measured" },
      attempts: 0
    })
  })

  it("a text takes two bytes a unit, and some more for what is around it", () => {
    const [empty, long] = ["", "x".repeat(1_000)].map((prompt) => toCached({ ...enhancement, prompt }))
    assert.isDefined(empty)
    assert.isDefined(long)
    assert.strictEqual(bytesOfCached(long) - bytesOfCached(empty), 2_000)
    assert.isAbove(bytesOfCached(empty), 100)
  })
})
