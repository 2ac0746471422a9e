import { assert, describe, it } from "@effect/vitest"
import { enterByHand, leaveByHand, normal } from "../../../../src/policy/degraded-mode/DecideModes.ts"

describe("leaving by hand", () => {
  it("a mode that does not hold leaves the state the same object, whatever else holds", () => {
    const state = enterByHand(normal, "CacheOnly", 5)
    assert.strictEqual(leaveByHand(state, "WithoutEnhancement"), state)
  })

  it("ends that mode alone", () => {
    const both = enterByHand(enterByHand(normal, "CacheOnly", 5), "ImagesDeferred", 6)
    assert.deepStrictEqual(leaveByHand(both, "CacheOnly"), [
      { mode: "ImagesDeferred", reason: "Isolated", by: "hand", since: 6 }
    ])
  })
})
