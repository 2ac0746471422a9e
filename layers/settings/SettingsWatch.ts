/**
 * Whether a program follows its settings file while it runs.
 */
import * as Context from "effect/Context"

/**
 * Whether the settings file is watched, and its changes taken while the program runs. Default true; a program that runs one
 * command and ends provides false around the layer's building.
 */
export const SettingsWatch = Context.Reference<boolean>("@ludeng/providers/settings/SettingsWatch", {
  defaultValue: () => true
})
