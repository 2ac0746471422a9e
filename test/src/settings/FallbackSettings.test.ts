import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { withSimulatedKeys } from "../../../mock-layers/SimulatedKeys.ts"
import { imageProtocolOf, nanoBananaApiBaseUrl, Settings, type SettingsDocument } from "../../../schemas/Settings.ts"
import { fallbackProblems, fallbackSettingsOf } from "../../../src/settings/FallbackSettings.ts"
import { missingKeys } from "../../../src/settings/RequireKeys.ts"

const decode = Schema.decodeUnknownSync(Settings)

type Fallback = NonNullable<NonNullable<SettingsDocument["nanobanana"]>["fallback"]>

const settingsWith = (fallback: Fallback) =>
  decode({ deepseek: { apiKey: "sk-a" }, nanobanana: { apiKey: "nb-a", retryLimit: 1, fallback } })

const namesOf = (fallback: Fallback) =>
  fallbackProblems(settingsWith(fallback).nanobanana).map(({ name, problem }) => `${name} ${problem}`)

describe("the second image provider in the settings", () => {
  it("is there with protocol, address and key of its own, and everything else as for the first", () => {
    const { nanobanana } = settingsWith({ protocol: "generic", baseURL: "https://second.test/v1", apiKey: "nb-b" })
    const second = fallbackSettingsOf(nanobanana)
    assert.strictEqual(second?.apiKey && Redacted.value(second.apiKey), "nb-b")
    assert.deepStrictEqual(
      { ...second, apiKey: undefined },
      {
        ...nanobanana,
        protocol: "generic",
        baseURL: "https://second.test/v1",
        fallback: {},
        apiKey: undefined
      }
    )
  })

  it("has the address of nanobananaapi.ai by default, for that protocol only, whatever the first one's is", () => {
    const { nanobanana } = decode({
      nanobanana: { baseURL: "https://first.test", fallback: { protocol: "nanobananaapi", apiKey: "nb-b" } }
    })
    const second = fallbackSettingsOf(nanobanana)
    assert.strictEqual(second?.baseURL, nanoBananaApiBaseUrl)
    assert.strictEqual(second && imageProtocolOf(second), "nanobananaapi")
    assert.isUndefined(fallbackSettingsOf(settingsWith({ protocol: "generic", apiKey: "nb-b" }).nanobanana))
  })

  it("is not there where nothing of it is set, and lacks its protocol where anything else is", () => {
    assert.isUndefined(fallbackSettingsOf(settingsWith({ apiKey: "nb-b", baseURL: "https://b.test" }).nanobanana))
    assert.deepStrictEqual(namesOf({}), [])
    for (const some of [{ apiKey: "nb-b" }, { baseURL: "https://b.test" }])
      assert.deepStrictEqual(namesOf(some), ["NANOBANANA_FALLBACK_PROTOCOL is missing"])
  })

  it("is refused where it is the first account by a second name, whose quota it would double", () => {
    const same = { apiKey: "nb-a", baseURL: nanoBananaApiBaseUrl }
    const refused = ["NANOBANANA_FALLBACK_API_KEY is the key of the first image provider, at the same address"]
    assert.deepStrictEqual(namesOf({ ...same, protocol: "generic" }), refused)
    assert.deepStrictEqual(namesOf({ protocol: "nanobananaapi", apiKey: "nb-a" }), refused)
    assert.deepStrictEqual(namesOf({ ...same, protocol: "generic", baseURL: "https://b.test" }), [])
    assert.deepStrictEqual(namesOf({ ...same, protocol: "generic", apiKey: "nb-b" }), [])
  })

  it("lacks what it lacks by the name of its variable", () => {
    assert.deepStrictEqual(namesOf({ protocol: "nanobananaapi" }), ["NANOBANANA_FALLBACK_API_KEY is missing"])
    assert.deepStrictEqual(namesOf({ protocol: "generic" }), [
      "NANOBANANA_FALLBACK_API_KEY is missing",
      "NANOBANANA_FALLBACK_BASE_URL is missing"
    ])
    assert.deepStrictEqual(namesOf({ protocol: "generic", apiKey: "nb-b", baseURL: "https://b.test" }), [])
  })

  it("keeps a live program from starting where it can not be used, unless no picture is asked for", () => {
    const settings = settingsWith({ protocol: "nanobananaapi" })
    assert.deepStrictEqual(
      missingKeys(settings).map(({ name }) => name),
      ["NANOBANANA_FALLBACK_API_KEY"]
    )
    assert.deepStrictEqual(missingKeys({ ...settings, providers: ["deepseek"] }), [])
  })

  it("never brings a real key into a simulation", () => {
    const { nanobanana } = withSimulatedKeys({ nanobanana: { fallback: { protocol: "generic", apiKey: "real" } } })
    assert.deepStrictEqual(nanobanana?.fallback, { protocol: "generic", apiKey: "simulated" })
  })
})
