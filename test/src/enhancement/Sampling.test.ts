/** Temperature and length of an answer. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { maximumTokensOf, temperatureOf } from "../../../src/enhancement/Sampling.ts"

const Ratio = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

describe("Sampling", () => {
  it("a mode has its own temperature", () => {
    assert.strictEqual(temperatureOf("creative", undefined), 1.5)
    assert.strictEqual(temperatureOf("balanced", undefined), 1.3)
    assert.strictEqual(temperatureOf("precise", undefined), 0.7)
  })

  it("creativity goes from 0.0 to 1.5, in whatever mode", () => {
    for (const mode of ["creative", "balanced", "precise"] as const) {
      assert.strictEqual(temperatureOf(mode, 0), 0)
      assert.strictEqual(temperatureOf(mode, 0.5), 0.75)
      assert.strictEqual(temperatureOf(mode, 1), 1.5)
    }
  })

  it.prop(
    "more creativity never gives a lower temperature, and none leaves 0.0 to 1.5",
    { a: Ratio, b: Ratio },
    ({ a, b }) => {
      const [low, high] = [temperatureOf("balanced", Math.min(a, b)), temperatureOf("balanced", Math.max(a, b))]
      assert.isTrue(0 <= low && low <= high && high <= 1.5)
    }
  )

  it("there is room for four tokens a word, never fewer than 512, and more while thinking", () => {
    assert.strictEqual(maximumTokensOf(10, false), 512)
    assert.strictEqual(maximumTokensOf(undefined, false), 856)
    assert.strictEqual(maximumTokensOf(400, false), 1856)
    assert.strictEqual(maximumTokensOf(400, true), 1856 + 4096)
  })
})
