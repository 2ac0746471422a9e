/**
 * `LiveSettings` from a document written in code alone: no environment, no file.
 */
import * as Layer from "effect/Layer"
import type { ConfigurationError, SettingsDocument } from "../../schemas/Settings.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { entriesOfDocument } from "../../src/settings/SettingEntries.ts"
import { makeLiveSettings } from "../../src/settings/SettingsInMemory.ts"

/**
 * The settings of a document; what it does not say has its default.
 *
 * **Errors** `ConfigurationError` with every value that can not be used and every field that does not exist.
 */
export const layerFromCode = (document: SettingsDocument): Layer.Layer<LiveSettings, ConfigurationError> =>
  Layer.effect(LiveSettings, makeLiveSettings({ code: entriesOfDocument(document) }))
