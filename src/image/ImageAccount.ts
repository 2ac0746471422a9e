/**
 * The accounts that pictures are bought from: the first one of the settings, and a second one where it is configured.
 * Each has its own quota, circuits and key; a job stays with the account that has made it. Pure.
 */
import type { Job } from "../../schemas/Job.ts"
import type { QuotaScope } from "../../schemas/Provider.ts"
import type { NanoBananaSettings } from "../../schemas/Settings.ts"
import { keyOfAccount } from "../pipeline/Pipeline.ts"
import { fallbackSettingsOf } from "../settings/FallbackSettings.ts"
import type { KeyVault } from "../vault/KeyVault.ts"

/** An account. `settings` are the whole settings as they hold for it: its protocol, base URL and key in their places. */
export interface ImageAccount {
  readonly scope: Exclude<QuotaScope, "deepseek">
  readonly settings: NanoBananaSettings
}

/** The account that is asked first. */
export const firstAccount = (settings: NanoBananaSettings): ImageAccount => ({ scope: "nanobanana", settings })

/** The account that stands in for it; `undefined` where none is configured. */
export const secondAccount = (settings: NanoBananaSettings): ImageAccount | undefined => {
  const fallback = fallbackSettingsOf(settings)
  return fallback === undefined ? undefined : { scope: "nanobanana-fallback", settings: fallback }
}

/** Whether an account has a healthy key for where it answers. */
export const hasKeyOf = (vault: KeyVault["Service"], { scope, settings }: ImageAccount): boolean =>
  vault.has(keyOfAccount(scope, settings.baseURL))

/** The account of a job; `undefined` where the settings do not have it any more. */
export const accountOf = (job: Pick<Job, "standIn">, settings: NanoBananaSettings): ImageAccount | undefined =>
  job.standIn === undefined ? firstAccount(settings) : secondAccount(settings)
