import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { booleanWord, isNoKey, readForm } from "../../../src/settings/VariableForm.ts"

describe("the text forms of variables", () => {
  const cases = [
    ["milliseconds", "30000", 30_000],
    ["milliseconds", "30s", undefined],
    ["milliseconds", "-1", undefined],
    ["milliseconds", "1e3", undefined],
    ["milliseconds", "0x10", undefined],
    ["milliseconds", "Infinity", undefined],
    ["count", "3", 3],
    ["count", "3.0", undefined],
    ["boolean", "TRUE", true],
    ["boolean", "off", false],
    ["boolean", "maybe", undefined],
    ["dollars", "0.04", 40_000],
    ["dollars", "0.29", 290_000],
    ["dollars", "1", 1_000_000],
    ["dollars", "0.0000001", undefined],
    ["dollars", "$1", undefined],
    ["dollars", "-1", undefined],
    ["providers", "deepseek , nanobanana", ["deepseek", "nanobanana"]],
    [
      "rateLimits",
      "20/minute, 100/hour",
      [
        { requests: 20, window: 60 },
        { requests: 100, window: 3600 }
      ]
    ],
    ["rateLimits", "5/second", [{ requests: 5, window: 1 }]],
    ["rateLimits", "1/day", [{ requests: 1, window: 86_400 }]],
    ["rateLimits", "20/min", undefined],
    ["rateLimits", "20/minute,", undefined],
    ["rateLimits", "20 per minute", undefined]
  ] as const
  for (const [form, text, value] of cases) {
    it(`${form}: ${text} is ${value === undefined ? "refused" : "read"}`, () => {
      assert.deepStrictEqual<unknown>(readForm(form, text), value)
    })
  }

  it.prop(
    "dollars become micro-dollars without rounding",
    { micros: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 999_999_999_999 })) },
    ({ micros }) => {
      const text = `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, "0")}`
      assert.strictEqual(readForm("dollars", text), micros)
    }
  )

  it("blank text and the placeholder are no key", () => {
    for (const text of ["", "  ", "\t\n", "your_api_key_here", " your_api_key_here "]) assert.isTrue(isNoKey(text))
    assert.isFalse(isNoKey("sk-1"))
  })

  it("a switch is on, off, or neither", () => {
    assert.deepStrictEqual(["yes", "1", "No", "0", "2"].map(booleanWord), [true, true, false, false, undefined])
  })
})
