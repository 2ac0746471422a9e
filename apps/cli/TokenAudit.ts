/**
 * Writes what a command did to the tokens into the audit of the home. The tokens have changed already: where the audit can not be
 * written (its vault can not be opened), that is told, and the command has still done what it was asked for.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Audit from "../../layers/audit/Audit.ts"
import * as Home from "../../layers/home/Home.ts"
import * as EnvironmentSettings from "../../layers/settings/EnvironmentSettings.ts"
import * as HomeSealer from "../../layers/vault/HomeSealer.ts"
import * as OpenedVault from "../../layers/vault/OpenedVault.ts"
import type { Settings } from "../../schemas/Settings.ts"
import type { TokenEvent } from "../../schemas/Token.ts"
import { AuditLog } from "../../src/audit/AuditLog.ts"
import { Session } from "./Session.ts"

/** Writes it down. */
export const auditTokens = Effect.fnUntraced(function* (settings: Settings, event: TokenEvent) {
  if (settings.store === "memory" || !settings.audit.enabled) return
  const { screen } = yield* Session
  const written = Effect.gen(function* () {
    const audit = yield* AuditLog
    audit.record(event, undefined)
    yield* audit.flush
    const { waiting } = yield* audit.statistics
    if (waiting > 0) screen.line("⚠ the audit could not be written: this change is not in it")
  })
  const layer = Audit.layer.pipe(
    Layer.provide(HomeSealer.layer),
    Layer.provide(Layer.merge(Home.layer, OpenedVault.layer)),
    Layer.provide(EnvironmentSettings.layerFromEnvironment({}))
  )
  yield* Effect.catch(Effect.provide(written, layer), ({ message }) =>
    Effect.sync(() => screen.line(`⚠ the audit can not be written, and this change is not in it: ${message}`))
  )
})
