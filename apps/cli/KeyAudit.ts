/**
 * Writes what a command did to the vault into the audit of the home. The keys have changed already: where the audit can
 * not be written, that is told, and the command has still done what it was asked for.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Audit from "../../layers/audit/Audit.ts"
import * as Home from "../../layers/home/Home.ts"
import * as EnvironmentSettings from "../../layers/settings/EnvironmentSettings.ts"
import * as HomeSealer from "../../layers/vault/HomeSealer.ts"
import { OpenedVault, type VaultInUse } from "../../layers/vault/OpenedVault.ts"
import type { Settings } from "../../schemas/Settings.ts"
import { AuditLog } from "../../src/audit/AuditLog.ts"
import type { Happening } from "../../src/vault/KeyRing.ts"
import { Session } from "./Session.ts"

/** Writes it down. */
export const auditKeys = Effect.fnUntraced(function* (
  settings: Settings,
  vault: VaultInUse,
  happened: ReadonlyArray<Happening>
) {
  if (settings.store === "memory" || !settings.audit.enabled) return
  const run = yield* Session
  const at = yield* Clock.currentTimeMillis
  const written = Effect.gen(function* () {
    const audit = yield* AuditLog
    for (const it of happened) audit.record({ ...it, at }, undefined)
    yield* audit.flush
    const { waiting } = yield* audit.statistics
    if (waiting > 0) run.screen.line("⚠ the audit could not be written: this change is not in it")
  })
  const layer = Audit.layer.pipe(
    Layer.provide(HomeSealer.layer),
    Layer.provide(Layer.merge(Home.layer, Layer.succeed(OpenedVault, { vault }))),
    Layer.provide(EnvironmentSettings.layerFromEnvironment({}))
  )
  yield* Effect.catch(Effect.provide(written, layer), ({ message }) =>
    Effect.sync(() => run.screen.line(`⚠ the audit can not be written, and this change is not in it: ${message}`))
  )
})
