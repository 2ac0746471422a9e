/** Names that have died are mapped; all others are sent as they stand. */
import { assert, describe, it } from "@effect/vitest"
import { chooseModel } from "../../../../src/provider/deepseek/Models.ts"

describe("Models", () => {
  it.each([
    ["deepseek-chat", false],
    ["deepseek-reasoner", true],
    ["deepseek-v4-flash", false],
    ["deepseek-v4-flash-vision-exp", false]
  ] as const)("%s is asked for as deepseek-flash, thinking %s", (name, thinking) => {
    assert.deepStrictEqual(chooseModel(name), { model: "deepseek-flash", thinking, retiredName: name })
  })

  it.each(["deepseek-flash", "deepseek-v4-pro", "toString", "a-model-of-next-year"])(
    "%s is sent as it stands",
    (name) => {
      assert.deepStrictEqual(chooseModel(name), { model: name, thinking: false, retiredName: undefined })
    }
  )
})
