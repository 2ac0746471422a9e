import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  candidateNames,
  imageFileName,
  maximumNameBytes,
  maximumSameNames,
  plainTarget
} from "../../../src/image/ImagePath.ts"

const sha256 = "0123456789abcdef".repeat(4)

const nameOf = (fileName: string | undefined, format: "png" | "jpeg" | "webp"): string =>
  imageFileName(
    Result.getOrThrow(plainTarget({ root: "images", label: "job_1", ...(fileName === undefined ? {} : { fileName }) })),
    { sha256, format }
  )

const refusal = (target: {
  readonly fileName?: string
  readonly directory?: string
  readonly label?: string
  readonly root?: string
}) => {
  const result = plainTarget({ root: "images", label: "job_1", ...target })
  return Result.isFailure(result) ? result.failure.problem : undefined
}

const hostileNames = [
  "",
  ".",
  "..",
  "../fox.png",
  "a/b.png",
  "/etc/passwd",
  "a\\b.png",
  "..\\fox.png",
  "C:fox.png",
  "C:\\fox.png",
  "fox\0.png",
  "fox\n.png",
  "fox\u007f.png",
  "fox.png.",
  "fox.png ",
  "...",
  "fox\u202egnp.exe",
  "fox\u2066.png",
  "con",
  "CON.png",
  "nul.jpg",
  "aux .png",
  "Com1.webp",
  "lpt9.png",
  "com¹.png",
  "CONIN$",
  "fox?.png",
  "fox*.png",
  "fox|.png",
  "fox<.png",
  '"fox".png',
  "fox\ud800.png",
  "a".repeat(maximumNameBytes + 1),
  "ä".repeat(101)
]

describe("plainTarget", () => {
  it.each(hostileNames)("refuses the name %j as file, as folder and as label", (name) => {
    assert.strictEqual(refusal({ fileName: name }), "PathNotAllowed")
    assert.strictEqual(refusal({ label: name }), "PathNotAllowed")
    if (name !== "" && name !== "a/b.png") assert.strictEqual(refusal({ directory: name }), "PathNotAllowed")
    assert.strictEqual(refusal({ directory: `foxes/${name}/red` }), name === "a/b.png" ? undefined : "PathNotAllowed")
  })

  it.each(["/abs", "a//b", "a/", "a/../b", "a/./b"])("refuses the directory %s", (directory) => {
    assert.strictEqual(refusal({ directory }), "PathNotAllowed")
  })

  it.each([
    "fox.png",
    "Füchse im Schnee.jpg",
    "狐.webp",
    ".hidden.png",
    "a..b.png",
    "console.png",
    "com10.png",
    "a".repeat(maximumNameBytes)
  ])("takes the name %s", (name) => {
    assert.isUndefined(refusal({ fileName: name }))
    assert.isUndefined(refusal({ directory: name }))
  })

  it("takes the root itself for no directory or an empty one, and refuses a root that is no path", () => {
    assert.isUndefined(refusal({}))
    assert.isUndefined(refusal({ directory: "" }))
    assert.strictEqual(refusal({ root: "" }), "PathNotAllowed")
    assert.strictEqual(refusal({ root: "images\0" }), "PathNotAllowed")
  })

  const Name = Schema.String.check(Schema.isMaxLength(20))
  it.prop(
    "no name it takes can leave its folder",
    [Name],
    ([name]) => {
      if (refusal({ fileName: name }) !== undefined) return
      assert.isFalse(/[/\\\0]/.test(name) || name === "." || name === ".." || name === "")
    },
    { arbitrary: { runs: 1_000 } }
  )
})

describe("imageFileName", () => {
  it("is made of the hash and the label where none is given", () => {
    assert.strictEqual(nameOf(undefined, "png"), "0123456789abcdef-job_1.png")
    assert.strictEqual(nameOf(undefined, "jpeg"), "0123456789abcdef-job_1.jpg")
    assert.strictEqual(nameOf(undefined, "webp"), "0123456789abcdef-job_1.webp")
  })

  it.each([
    ["fox.png", "png", "fox.png"],
    ["fox.PNG", "png", "fox.PNG"],
    ["fox.jpeg", "jpeg", "fox.jpeg"],
    ["fox.jpg", "jpeg", "fox.jpg"],
    ["fox.png", "jpeg", "fox.jpg"],
    ["fox.jpg", "webp", "fox.webp"],
    ["fox.gif", "png", "fox.png"],
    ["fox", "png", "fox.png"],
    ["fox.v1.2", "png", "fox.v1.2.png"],
    ["fox.png.exe", "png", "fox.png.exe.png"],
    [".png", "png", ".png.png"]
  ] as const)("%s holding a %s is stored as %s", (given, format, expected) => {
    assert.strictEqual(nameOf(given, format), expected)
  })
})

describe("candidateNames", () => {
  it("puts a number before the extension, from the second name on, and ends", () => {
    const names = [...candidateNames("a.b.webp")]
    assert.deepStrictEqual(names.slice(0, 3), ["a.b.webp", "a.b-2.webp", "a.b-3.webp"])
    assert.strictEqual(names.length, maximumSameNames)
    assert.strictEqual(new Set(names).size, names.length)
  })
})
