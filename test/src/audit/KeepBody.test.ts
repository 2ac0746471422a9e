import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { bodiesAt, pageOf } from "../../../src/audit/BodyPage.ts"
import { hashBody, keepBody, shortestPicture, withoutPictures } from "../../../src/audit/KeepBody.ts"

const limit = 1_000_000
const bytesOf = (text: string) => new TextEncoder().encode(text)

describe("a body that is kept", () => {
  it("is the text as it was, where there is nothing to leave out", () => {
    const text = `{"prompt":"a red fox, ${"softly lit ".repeat(100)}"}`
    assert.deepStrictEqual(keepBody(text, ["sk-1"], limit), { text, bytes: text.length, isCut: false })
    assert.deepStrictEqual(keepBody(bytesOf(text), [], limit).text, text)
  })

  for (const [what, picture] of [
    ["plain", "iVBORw0KGgo".repeat(50)],
    ["with escaped slashes", "iVBOR\\/w0KG+go".repeat(50)],
    ["in lines", "iVBORw0KGgoAAAA\\n".repeat(50)],
    ["in a URL", "iVBORw0%2BKGgo%3D".repeat(50)],
    ["in the alphabet of URLs", "iVBO_Rw0-KGgo".repeat(50)]
  ] as const) {
    it(`holds no base64 ${what}, only its length and hash`, () => {
      const { text } = keepBody(`{"before":"a fox","data":"${picture}","after":"more"}`, [], limit)
      assert.match(text, /^\{"before":"a fox","data":"<base64, \d+ characters, sha256 [0-9a-f]{64}>","after":"more"\}$/)
    })
  }

  it.prop(
    "holds no picture wherever it stands, and nothing else is taken for one",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 600 })),
      Schema.Int.check(Schema.isBetween({ minimum: shortestPicture, maximum: 1_200 }))
    ],
    ([before, length]) => {
      const words = "a b ".repeat(before)
      const text = withoutPictures(`${words}"${"Q".repeat(length)}" ${words}${"Q".repeat(shortestPicture - 1)} end`)
      assert.isTrue(text.startsWith(`${words}"<base64, ${length} characters`))
      assert.isTrue(text.endsWith(`${"Q".repeat(shortestPicture - 1)} end`))
    },
    { arbitrary: { runs: 300 } }
  )

  it("holds no key, as it is or as JSON writes it", () => {
    const key = 'sk-"quoted"\\key'
    const { text } = keepBody(JSON.stringify({ told: `no such key ${key}`, plain: 1 }) + key, [key], limit)
    assert.notInclude(text, "quoted")
  })

  it("is cut between letters, and says how long it was", () => {
    assert.deepStrictEqual(keepBody("\u{1F98A}\u{1F98A}\u{1F98A}", [], 9), {
      text: "\u{1F98A}\u{1F98A}",
      bytes: 12,
      isCut: true
    })
    assert.deepStrictEqual(keepBody("fox", [], 0), { text: "", bytes: 3, isCut: true })
  })

  it("that is no text is named by length and hash", () => {
    const bytes = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff])
    assert.include(keepBody(bytes, [], limit).text, `<5 bytes that are no text, sha256 ${hashBody(bytes).sha256}>`)
  })
})

const Body = Schema.Struct({ text: Schema.String, bytes: Schema.Int, isCut: Schema.Boolean })
const Bodies = Schema.Array(Schema.Struct({ request: Schema.optionalKey(Body), answer: Schema.optionalKey(Body) }))

describe("a page of bodies", () => {
  it.prop("gives back each of them, and nothing beyond", [Bodies], ([all]) => {
    const page = pageOf(all)
    for (const [index, bodies] of all.entries()) assert.deepStrictEqual(bodiesAt(page, index), { ...bodies })
    assert.isUndefined(bodiesAt(page, all.length))
  })

  it("that is none gives nothing", () => {
    assert.isUndefined(bodiesAt("", 0))
    assert.isUndefined(bodiesAt("[}\nx", 0))
  })

  it("of a beginning tells the whole length, and keeps no part of a key that is cut at its edge", () => {
    const key = "sk-0123456789abcdef"
    for (let shown = 1; shown <= key.length; shown++) {
      const kept = keepBody(`${"a fox. ".repeat(20)}${key.slice(0, shown)}`, [key], limit, 9_000)
      assert.strictEqual(kept.bytes, 9_000)
      assert.isTrue(kept.isCut)
      assert.include(kept.text, "a fox.")
      assert.notInclude(kept.text, "sk-")
    }
  })
})
