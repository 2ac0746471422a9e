/** The nearest ratio is the nearest. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { NanoBanana2AspectRatio, NanoBananaAspectRatio } from "../../../../schemas/wire/NanoBananaApiRequest.ts"
import { nearestRatio } from "../../../../src/provider/nanobanana/AspectRatio.ts"

const Side = Schema.Int.check(Schema.isBetween({ minimum: 64, maximum: 4096 }))
const ratios = NanoBanana2AspectRatio.literals

const quotient = (ratio: string): number => {
  const [width = Number.NaN, height = Number.NaN] = ratio.split(":").map(Number)
  return width / height
}

describe("nearestRatio", () => {
  it.each([
    [1024, 1024, "1:1"],
    [1920, 1080, "16:9"],
    [1080, 1920, "9:16"],
    [1000, 700, "3:2"],
    [2560, 1080, "21:9"],
    [4096, 64, "8:1"],
    [64, 4096, "1:8"],
    [1280, 1024, "5:4"],
    [800, 600, "4:3"]
  ] as const)("%i x %i is nearest to %s", (width, height, expected) => {
    assert.strictEqual(nearestRatio({ width, height }, ratios), expected)
  })

  it("takes the widest there is where nothing is wide enough", () => {
    assert.strictEqual(nearestRatio({ width: 4096, height: 64 }, NanoBananaAspectRatio.literals), "21:9")
  })

  it.prop("no other ratio needs a smaller stretch", [Side, Side], ([width, height]) => {
    const stretch = (ratio: string): number => {
      const factor = width / height / quotient(ratio)
      return Math.max(factor, 1 / factor)
    }
    const chosen = stretch(nearestRatio({ width, height }, ratios))
    for (const ratio of ratios) assert.isAtMost(chosen, stretch(ratio) * (1 + 1e-12))
  })
})
