/** How often the parts of a composition are built. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Live from "../../layers/Live.ts"
import * as Mock from "../../mock-layers/Mock.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"

const ledger = Effect.map(CostLedger, (it) => it)

describe("a composition", () => {
  it.effect("has one ledger, however often and however deep it is provided", () =>
    Effect.gen(function* () {
      const outer = yield* ledger
      const inner = yield* Effect.provide(ledger, Mock.layer)
      assert.strictEqual(inner, outer)
      const [left, right] = yield* Effect.all([ledger, ledger]).pipe(
        Effect.provide(Layer.merge(Mock.layer, Mock.layer.pipe(Layer.provideMerge(Layer.empty))))
      )
      assert.strictEqual(left, outer)
      assert.strictEqual(right, outer)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("shares nothing with another one in the same program", () =>
    Effect.gen(function* () {
      const own = { apiKey: "key-of-this-composition" }
      const live = Live.layerWith({ deepseek: { ...own, timeout: 1234 }, nanobanana: own })
      const other = Live.layerWith({ deepseek: { ...own, timeout: 4321 }, nanobanana: own })
      const parts = Effect.all([ledger, LiveSettings.use((it) => it.current)])
      const [mockLedger] = yield* parts
      yield* Effect.gen(function* () {
        const [liveLedger, liveSettings] = yield* parts
        const [otherLedger, otherSettings] = yield* Effect.provide(parts, other)
        assert.strictEqual(new Set([mockLedger, liveLedger, otherLedger]).size, 3)
        assert.deepStrictEqual(liveSettings.settings.deepseek.timeout, Duration.millis(1234))
        assert.deepStrictEqual(otherSettings.settings.deepseek.timeout, Duration.millis(4321))
      }).pipe(Effect.provide(live))
    }).pipe(Effect.provide(Mock.layer))
  )
})
