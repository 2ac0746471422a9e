import { assert, describe, it } from "@effect/vitest"
import { pauseByHeaders } from "../../../src/pipeline/LimitHeaders.ts"

describe("limit headers", () => {
  it("pause the door until the reset when nothing is left, in either form", () => {
    assert.strictEqual(pauseByHeaders({ "ratelimit-remaining": "0", "ratelimit-reset": "30" }), 30_000)
    assert.strictEqual(pauseByHeaders({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" }), 1_000)
  })

  it("say nothing while something is left, or where either half is missing", () => {
    assert.isUndefined(pauseByHeaders({ "ratelimit-remaining": "1", "ratelimit-reset": "30" }))
    assert.isUndefined(pauseByHeaders({ "ratelimit-reset": "30" }))
    assert.isUndefined(pauseByHeaders({ "ratelimit-remaining": "0" }))
    assert.isUndefined(pauseByHeaders({}))
  })

  it.each(["-1", "1.5", "soon", "", "NaN", "0", "1766600000", "99999999999"])(
    "make nothing of a reset of %j",
    (reset) => {
      assert.isUndefined(pauseByHeaders({ "ratelimit-remaining": "0", "ratelimit-reset": reset }))
    }
  )
})
