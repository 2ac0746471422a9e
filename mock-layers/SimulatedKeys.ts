/**
 * Keys for simulated providers: a simulation needs none, and real ones are kept out of it.
 */
import type { SettingsDocument } from "../schemas/Settings.ts"

/** Settings in which every account has the key `simulated`, whatever keys they had. */
export const withSimulatedKeys = (settings: SettingsDocument): SettingsDocument => ({
  ...settings,
  deepseek: { ...settings.deepseek, apiKey: "simulated" },
  nanobanana: {
    ...settings.nanobanana,
    apiKey: "simulated",
    fallback: { ...settings.nanobanana?.fallback, apiKey: "simulated" }
  }
})
