/**
 * What a picture may take where its call does not say.
 */
import type { Settings } from "../../schemas/Settings.ts"
import type { CallDefaults } from "../pipeline/WithCall.ts"
import { fallbackSettingsOf } from "../settings/FallbackSettings.ts"

/** One attempt and its retries at the provider, and as many at the second one where there is one. */
export const generateDefaults = ({ nanobanana }: Settings): CallDefaults => {
  const attempts = (nanobanana.retryLimits.submit ?? nanobanana.retryLimit) + 1
  return {
    deadline: nanobanana.timeout,
    attemptLimit: fallbackSettingsOf(nanobanana) === undefined ? attempts : attempts * 2
  }
}
