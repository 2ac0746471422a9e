import { assert, describe, it } from "@effect/vitest"
import { InFlight } from "../../../mock-layers/simulation/InFlight.ts"

describe("InFlight", () => {
  it("counts each provider's requests, now and at most, and each end once", () => {
    const inFlight = new InFlight()
    const leave = inFlight.enter("deepseek")
    inFlight.enter("deepseek")
    inFlight.enter("nanobanana")
    leave()
    leave()
    assert.deepStrictEqual(inFlight.now, { deepseek: 1, nanobanana: 1 })
    assert.deepStrictEqual(inFlight.largest, { deepseek: 2, nanobanana: 1 })
  })

  it("forgets how high it was, not what is still in flight", () => {
    const inFlight = new InFlight()
    const leave = inFlight.enter("nanobanana")
    inFlight.enter("nanobanana")()
    inFlight.forget()
    assert.deepStrictEqual(inFlight.largest, { deepseek: 0, nanobanana: 1 })
    leave()
    assert.deepStrictEqual(inFlight.now, { deepseek: 0, nanobanana: 0 })
  })
})
