import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { JobId } from "../../../schemas/Identifiers.ts"
import { imageFileName } from "../../../src/image/ImagePath.ts"
import { formatOfName, isPartialName, nameBelow, ownNameOf, partialNameOf } from "../../../src/image/PictureName.ts"
import { makeIdentifier } from "../../../src/pipeline/CallId.ts"

const sha256 = "0123456789abcdef".repeat(4)
const nameOf = (label: string) =>
  imageFileName({ root: "images", folders: [], fileName: undefined, label }, { sha256, format: "jpeg" })

describe("the name of a picture's file", () => {
  it("promises a format, or nothing", () => {
    assert.deepStrictEqual(
      ["a.png", "a.JPG", "a.jpeg", "a.b.webp", "a.gif", "a.png.txt", "png", ".png", "a.png~", ""].map(formatOfName),
      ["png", "jpeg", "jpeg", "webp", undefined, undefined, undefined, undefined, undefined, undefined]
    )
  })

  it.effect("of our own making names the job, whatever number it was given; a fetched picture has none", () =>
    Effect.gen(function* () {
      const job = JobId.make(yield* makeIdentifier("job"))
      assert.deepStrictEqual(ownNameOf(nameOf(job)), { sha256Start: sha256.slice(0, 16), jobIds: [job] })
      assert.deepInclude(ownNameOf(nameOf(`${job}-2`)), { jobIds: [JobId.make(`${job}-2`), job] })
      assert.deepInclude(ownNameOf(nameOf(`${job}_2`)), { jobIds: [JobId.make(`${job}_2`)] })
      assert.deepInclude(ownNameOf(nameOf(yield* makeIdentifier("image"))), { jobIds: [] })
      for (const chosen of ["fox.png", "0123456789abcde-job_1.png", "0123456789ABCDEF-job_1.png", "fox-job_1.png"]) {
        assert.isUndefined(ownNameOf(chosen))
      }
    })
  )

  it.effect("that is still written to is known from all others", () =>
    Effect.gen(function* () {
      assert.isTrue(isPartialName(partialNameOf(yield* makeIdentifier("image"))))
      for (const other of [
        "fox.partial",
        "image_1.partial",
        ".image_.partial",
        ".image_1.partial.png",
        ".job_1.partial"
      ]) {
        assert.isFalse(isPartialName(other), other)
      }
    })
  )

  it("leads nowhere but below the root", () => {
    const below = (path: string) => nameBelow(path.split("/"), (name) => name.endsWith(".png"))
    assert.deepStrictEqual(below("a/b/fox.png"), Result.succeed("fox.png"))
    for (const bad of [
      "",
      ".",
      "..",
      "../fox.png",
      "a/../fox.png",
      "a//fox.png",
      "/fox.png",
      "C:/fox.png",
      "a\0/fox.png"
    ]) {
      assert.isTrue(Result.isFailure(below(bad)), bad)
    }
  })
})
