import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { identifyImage, imageHeadBytes, maximumImagePixels } from "../../../src/image/IdentifyImage.ts"
import { gif, html, jpeg, join, png, svg, webp } from "./SampleImages.ts"

const problemOf = (bytes: Uint8Array): string | undefined => {
  const result = identifyImage(bytes)
  return Result.isFailure(result) ? result.failure.problem : undefined
}

describe("identifyImage", () => {
  it.each([
    ["a PNG", png(640, 480), { format: "png", width: 640, height: 480 }],
    ["a baseline JPEG", jpeg(1024, 768), { format: "jpeg", width: 1024, height: 768 }],
    ["a progressive JPEG", jpeg(33, 44, 0xc2), { format: "jpeg", width: 33, height: 44 }],
    ["a JPEG behind a long profile", jpeg(5, 6, 0xc0, 60_000), { format: "jpeg", width: 5, height: 6 }],
    ["a lossy WebP", webp.lossy(320, 200), { format: "webp", width: 320, height: 200 }],
    ["a lossless WebP", webp.lossless(320, 200), { format: "webp", width: 320, height: 200 }],
    ["an extended WebP", webp.extended(320, 200), { format: "webp", width: 320, height: 200 }]
  ])("reads format and size of %s from its bytes", (_, bytes, expected) => {
    assert.deepStrictEqual(Result.getOrThrow(identifyImage(bytes)), expected)
  })

  it.each([
    ["nothing", new Uint8Array()],
    ["an HTML page", html],
    ["an SVG", svg],
    ["a GIF", gif],
    ["a PNG that ends in its header", png(10, 10).subarray(0, 20)],
    ["a PNG signature alone", png(10, 10).subarray(0, 8)],
    ["a JPEG without a frame", jpeg(10, 10).subarray(0, 18)],
    ["a WebP without its chunk", webp.lossy(10, 10).subarray(0, 12)],
    ["a RIFF that is no WebP", join(webp.lossy(10, 10).subarray(0, 8), new TextEncoder().encode("WAVEfmt "))],
    ["a PNG of no width", png(0, 10)],
    ["a JPEG of no height", jpeg(10, 0)],
    ["a JPEG that is only padding", join(jpeg(1, 1).subarray(0, 4), new Uint8Array(2_000_000))]
  ])("refuses %s", (_, bytes) => {
    assert.strictEqual(problemOf(bytes), "NotAnImage")
  })

  it("refuses a decompression bomb by its announced size, and takes the largest size", () => {
    assert.strictEqual(problemOf(png(100_000, 100_000)), "TooManyPixels")
    assert.strictEqual(problemOf(png(0xffffffff, 0xffffffff)), "TooManyPixels")
    assert.strictEqual(problemOf(webp.extended(2 ** 24, 2 ** 24)), "TooManyPixels")
    assert.isUndefined(problemOf(png(maximumImagePixels / 8_000, 8_000)))
    assert.strictEqual(problemOf(png(maximumImagePixels / 8_000 + 1, 8_000)), "TooManyPixels")
  })

  it("does not look past the end of a view into the buffer behind it", () => {
    const whole = png(10, 10)
    const cut = whole.subarray(0, 20)
    assert.strictEqual(cut.buffer, whole.buffer)
    assert.strictEqual(problemOf(cut), "NotAnImage")
    assert.strictEqual(problemOf(jpeg(10, 10).subarray(0, 26)), "NotAnImage")
  })

  it("does not look for dimensions beyond the first part of a file", () => {
    const long = join(jpeg(10, 10).subarray(0, 4), new Uint8Array(imageHeadBytes), jpeg(10, 10).subarray(4))
    assert.strictEqual(problemOf(long), "NotAnImage")
  })

  const Bytes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))).check(
    Schema.isMaxLength(300)
  )
  const Head = Schema.Literals([0, 4, 8, 12, 16, 20, 30])
  const options = { arbitrary: { runs: 1_000 } } as const

  it.prop(
    "never throws, whatever the bytes, and what it accepts is within bounds",
    [Bytes, Head],
    ([bytes, kept]) => {
      for (const real of [png(9, 9), jpeg(9, 9), webp.lossy(9, 9), webp.lossless(9, 9), webp.extended(9, 9)]) {
        const result = identifyImage(join(real.subarray(0, kept), Uint8Array.from(bytes)))
        if (Result.isFailure(result)) continue
        const { height, width } = result.success
        assert.isTrue(Number.isSafeInteger(width) && width > 0 && Number.isSafeInteger(height) && height > 0)
        assert.isAtMost(width * height, maximumImagePixels)
      }
    },
    options
  )
})
