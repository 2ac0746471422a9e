import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { inspectSettings } from "../../../layers/settings/EnvironmentSettings.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

const table = {
  asOf: "2026-11-24",
  images: [{ protocol: "generic", model: "m", resolution: "1K", validFrom: "2026-11-01", price: 0.02 }]
}

const read = (variables: Readonly<Record<string, string>>, code = {}) =>
  inspectSettings({ code }).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(variables))))

describe("the file of prices", () => {
  it.effect("is read where LUDENG_PRICES names it, in dollars; code goes over it", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "prices.json")
      writeFileSync(file, JSON.stringify(table))
      const { entries, problems, settings } = yield* read({ LUDENG_PRICES: file })
      assert.deepStrictEqual(problems, [])
      assert.strictEqual(settings.prices?.images[0]?.price, 20_000)
      assert.strictEqual(entries.get("prices")?.source, "environment")
      const own = yield* read({ LUDENG_PRICES: file }, { prices: { asOf: "2027-01-01" } })
      assert.deepStrictEqual(own.settings.prices?.images, [])
    })
  )

  it.effect("that can not be used is told with everything that is wrong in it, beside all other problems", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const problemsOf = (file: string) =>
        Effect.map(read({ LUDENG_PRICES: file, LUDENG_BUDGET_PER_DAY: "-1" }), ({ problems }) =>
          problems.map(({ name, problem }) => `${name} ${problem}`).toSorted()
        )
      const budget = "LUDENG_BUDGET_PER_DAY the value can not be used"
      const file = join(folder, "prices.json")
      writeFileSync(file, JSON.stringify({ images: [{ ...table.images[0], price: "two cents" }], more: 1 }))
      assert.deepStrictEqual(yield* problemsOf(file), [
        budget,
        "LUDENG_PRICES.asOf is missing",
        "LUDENG_PRICES.images.0.price the value can not be used",
        "LUDENG_PRICES.more there is no such field"
      ])
      writeFileSync(file, "{")
      assert.deepStrictEqual(yield* problemsOf(file), [budget, "LUDENG_PRICES is no JSON"])
      mkdirSync(join(folder, "folder"))
      for (const unreadable of [join(folder, "nothing.json"), join(folder, "folder")]) {
        assert.deepStrictEqual(yield* problemsOf(unreadable), [budget, "LUDENG_PRICES can not be read"])
      }
    })
  )
})
