import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import { AuditLog } from "../../../src/audit/AuditLog.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { EventFeed } from "../../../src/telemetry/EventFeed.ts"

describe("a change of the settings", () => {
  it.effect("is told to the feed, the audit and the log, and holds no key", () => {
    const logged: Array<string> = []
    const logger = Logger.make(({ message }) => {
      logged.push(String(message))
    })
    return Effect.gen(function* () {
      const events: Array<CallEvent> = []
      yield* EventFeed.use((it) => it.listen((event) => events.push(event)))
      const settings = yield* LiveSettings
      yield* settings.update({ deepseek: { apiKey: "sk-canary", retryLimit: 1 } })
      yield* Effect.flip(settings.update({ deepseek: { retryLimit: 99 } }))
      yield* TestClock.adjust("1 second")
      const told = events.filter((it) => it._tag === "SettingsChanged")
      assert.deepStrictEqual(
        told.map(({ by, changed }) => ({ by, changed })),
        [
          {
            by: "update",
            changed: [{ path: "deepseek.apiKey" }, { path: "deepseek.retryLimit", before: "3", after: "1" }]
          }
        ]
      )
      const rows = yield* AuditLog.use((it) => it.list({ kind: "SettingsChanged" }))
      assert.deepInclude(rows[0]?.row, { by: "update", version: 2 })
      assert.notInclude(JSON.stringify([events, rows]), "canary")
      assert.include(logged, "settings changed by update: deepseek.apiKey; deepseek.retryLimit: 3 -> 1")
      assert.notInclude(logged.join(), "canary")
    }).pipe(Effect.scoped, Effect.provide(Mock.layer), Effect.provide(Logger.layer([logger])))
  })
})
