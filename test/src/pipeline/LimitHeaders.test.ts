import { assert, describe, it } from "@effect/vitest"
import { limitsOfHead } from "../../../src/pipeline/LimitHeaders.ts"

describe("limit headers", () => {
  it("say how many more until when, in either form", () => {
    assert.deepStrictEqual(limitsOfHead({ "ratelimit-remaining": "0", "ratelimit-reset": "30" }), {
      remaining: 0,
      resetMillis: 30_000
    })
    assert.deepStrictEqual(limitsOfHead({ "x-ratelimit-remaining": "7", "x-ratelimit-reset": "1" }), {
      remaining: 7,
      resetMillis: 1_000
    })
  })

  it("say nothing where either half is missing", () => {
    assert.isUndefined(limitsOfHead({ "ratelimit-reset": "30" }))
    assert.isUndefined(limitsOfHead({ "ratelimit-remaining": "0" }))
    assert.isUndefined(limitsOfHead({ "ratelimit-remaining": "many", "ratelimit-reset": "30" }))
    assert.isUndefined(limitsOfHead({}))
  })

  it.each(["-1", "1.5", "soon", "", "NaN", "0", "1766600000", "99999999999"])(
    "make nothing of a reset of %j",
    (reset) => {
      assert.isUndefined(limitsOfHead({ "ratelimit-remaining": "0", "ratelimit-reset": reset }))
    }
  )
})
