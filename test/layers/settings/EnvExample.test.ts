import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { inspectSettings } from "../../../layers/settings/EnvironmentSettings.ts"
import { settingReports } from "../../../src/settings/SettingReport.ts"
import { settingPaths, settingVariables, wideVariables } from "../../../src/settings/Variables.ts"

const example = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8")
const uncommented = example.replace(/^# (?=[A-Z_]+=)/gm, "")

const read = (contents: string) =>
  inspectSettings().pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromDotEnvContents(contents))))

describe(".env.example", () => {
  it("names every variable of the table", () => {
    const named = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map((match) => match[1])
    for (const { name } of [...settingPaths.map((path) => settingVariables[path]), ...wideVariables]) {
      assert.include(named, name)
    }
    for (const name of ["USE_MOCK_APIS", "MOCK_FAILURE_RATE", "MOCK_LATENCY", "MOCK_SCENARIO", "MOCK_SEED"]) {
      assert.include(named, name)
    }
  })

  it.effect("is usable as it stands, and has no key", () =>
    Effect.gen(function* () {
      const { settings, problems } = yield* read(example)
      assert.deepStrictEqual(problems, [])
      assert.isUndefined(settings.deepseek.apiKey ?? settings.nanobanana.apiKey)
    })
  )

  it.effect("shows the defaults: with every line taken in, nothing but what has no default changes", () =>
    Effect.gen(function* () {
      const shown = yield* read(uncommented)
      const plain = yield* read("")
      assert.deepStrictEqual(shown.problems, [])
      const valuesOf = ({ settings, entries }: typeof plain) =>
        new Map(settingReports(settings, entries).map(({ name, value }) => [name, value]))
      const defaults = valuesOf(plain)
      const differing = [...valuesOf(shown)].filter(
        ([name, value]) => defaults.get(name) !== "unset" && defaults.get(name) !== value
      )
      assert.deepStrictEqual(differing, [["DEEPSEEK_BASE_URL", "https://api.deepseek.com/v1"]])
    })
  )
})
