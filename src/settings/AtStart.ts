/**
 * The settings that a program takes when it starts, and keeps: where its files are, what opens its vault, whether and with
 * how much room it writes an audit, where it sends its alerts. Everything else can change while it runs.
 *
 * `update` refuses them; in the settings file they wait for the next start, and the report says so.
 */
import type { SettingPath } from "./Variables.ts"

/** The places, by name. */
export const settingsAtStart: ReadonlySet<SettingPath> = new Set<SettingPath>([
  "home",
  "store",
  "vault.key",
  "vault.keyFile",
  "audit.enabled",
  "audit.buffer",
  "alerts.webhookUrl",
  "alerts.webhookSecret"
])
