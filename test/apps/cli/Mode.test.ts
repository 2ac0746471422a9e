import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { announcement, decideMode } from "../../../apps/cli/Mode.ts"
import type { Provider } from "../../../schemas/Provider.ts"
import { entriesOfDocument, settingsOf } from "../../../src/settings/SettingEntries.ts"

const settings = (keys: ReadonlyArray<Provider>) => {
  const document = Object.fromEntries(keys.map((provider) => [provider, { apiKey: "key" }]))
  return Result.getOrThrow(settingsOf(entriesOfDocument(document).entries))
}
const both: ReadonlyArray<Provider> = ["deepseek", "nanobanana"]

describe("live or simulated", () => {
  const cases: ReadonlyArray<readonly [boolean | undefined, ReadonlyArray<Provider>, ReadonlyArray<Provider>, string]> =
    [
      [undefined, [], both, "noKeys"],
      [undefined, [], ["deepseek"], "noKeys"],
      [false, [], both, "DEEPSEEK_API_KEY NANOBANANA_API_KEY"],
      [true, [], both, "asked"],
      [true, both, both, "asked"],
      [undefined, both, both, "Live"],
      [undefined, ["deepseek"], both, "NANOBANANA_API_KEY"],
      [undefined, ["deepseek"], ["deepseek"], "Live"],
      [undefined, ["deepseek"], ["nanobanana"], "NANOBANANA_API_KEY"],
      [false, ["nanobanana"], ["nanobanana"], "Live"]
    ]
  for (const [useMock, keys, needed, expected] of cases) {
    it(`USE_MOCK_APIS ${useMock}, keys of [${keys}], needing [${needed}]: ${expected}`, () => {
      const mode = decideMode(useMock, settings(keys), needed)
      const seen =
        mode._tag === "Live"
          ? "Live"
          : mode._tag === "Simulated"
            ? mode.because
            : mode.problems.map((it) => it.name).join(" ")
      assert.strictEqual(seen, expected)
    })
  }

  it("is never simulated for want of a key where there is a vault: what it lacks is told", () => {
    const kept = new Set(["deepseek"] as const)
    assert.deepStrictEqual(decideMode(undefined, settings([]), ["deepseek"], kept), { _tag: "Live" })
    const refused = decideMode(undefined, settings([]), both, kept)
    assert.deepStrictEqual(refused._tag === "Refused" ? refused.problems.map(({ name }) => name) : [], [
      "NANOBANANA_API_KEY"
    ])
    assert.strictEqual(decideMode(undefined, settings([]), both, new Set())._tag, "Refused")
    assert.deepInclude(decideMode(true, settings([]), both, kept), { because: "asked" })
  })

  it("says why it simulates", () => {
    assert.include(announcement("noKeys"), "DEEPSEEK_API_KEY")
    assert.include(announcement("asked"), "USE_MOCK_APIS")
  })
})
