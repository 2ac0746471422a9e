/**
 * The environment variables of the library: one row for each field of the settings, so that a field without a variable
 * does not compile.
 *
 * Reading them is left to `layers/settings`, their text forms to `VariableForm.ts`.
 */
import type { Settings } from "../../schemas/Settings.ts"
import { isSecretForm, type VariableForm } from "./VariableForm.ts"

type Grouped = "attemptTimeout" | "retryLimits" | "rateLimits" | "fallback"

type BudgetPaths = `budget.${keyof Settings["budget"] & string}`
type AlertPaths = `alerts.${keyof Settings["alerts"] & string}`
type AuditPaths = `audit.${keyof Settings["audit"] & string}`

type PathsOf<P extends "deepseek" | "nanobanana"> =
  | `${P}.${Exclude<keyof Settings[P], Grouped> & string}`
  | { readonly [G in Grouped & keyof Settings[P]]: `${P}.${G}.${keyof Settings[P][G] & string}` }[Grouped &
      keyof Settings[P]]

/** Where a value stands in the settings document: `deepseek.attemptTimeout.chat`. */
export type SettingPath =
  | "providers"
  | "imageDirectory"
  | "imageRetention"
  | "imageMaximumBytes"
  | "home"
  | "store"
  | "deadLetterPrompts"
  | "prices"
  | BudgetPaths
  | "vault.key"
  | "vault.keyFile"
  | AuditPaths
  | AlertPaths
  | PathsOf<"deepseek">
  | PathsOf<"nanobanana">

/** Who says what a default is: the provider's documents, or we. */
export type DefaultFrom = "provider" | "ours"

/** A variable: its name, the form of its text, one sentence for people, and whose its default is. */
export interface SettingVariable {
  readonly name: string
  readonly form: VariableForm
  readonly about: string
  readonly defaultFrom: DefaultFrom
}

const row = (name: string, form: VariableForm, about: string, defaultFrom: DefaultFrom = "ours"): SettingVariable => ({
  name,
  form,
  about,
  defaultFrom
})

/**
 * The variable of each setting.
 *
 * **Units** are those of the form: every time in whole milliseconds, money in dollars.
 */
export const settingVariables: Readonly<Record<SettingPath, SettingVariable>> = {
  "deepseek.apiKey": row("DEEPSEEK_API_KEY", "key", "the key of the DeepSeek account"),
  "deepseek.baseURL": row("DEEPSEEK_BASE_URL", "url", "where DeepSeek answers", "provider"),
  "deepseek.timeout": row(
    "DEEPSEEK_TIMEOUT",
    "milliseconds",
    "deadline of a whole call, all attempts and waits included"
  ),
  "deepseek.retryLimit": row("DEEPSEEK_RETRY_LIMIT", "count", "retries after the first attempt"),
  "deepseek.rateLimit": row("DEEPSEEK_RATE_LIMITS", "rateLimits", "completions allowed in any window"),
  "deepseek.accounting": row(
    "DEEPSEEK_ACCOUNTING",
    "accounting",
    "from when on a permit's window runs: answered (exact at the provider) or sent (faster)"
  ),
  "deepseek.concurrency": row(
    "DEEPSEEK_CONCURRENCY",
    "callers",
    "requests on the wire at once, all operations together"
  ),
  "deepseek.queueLimit": row("DEEPSEEK_QUEUE_LIMIT", "callers", "callers that may wait for each operation"),
  "deepseek.backoffBase": row("DEEPSEEK_BACKOFF_BASE", "milliseconds", "first step of the back-off"),
  "deepseek.backoffCap": row("DEEPSEEK_BACKOFF_CAP", "milliseconds", "longest step of the back-off"),
  "deepseek.rateLimits.probe": row("DEEPSEEK_PROBE_RATE_LIMITS", "rateLimits", "free requests allowed in any window"),
  "deepseek.cacheTtl": row("DEEPSEEK_CACHE_TTL", "longMilliseconds", "how long a cached enhancement is fresh"),
  "deepseek.cacheStale": row(
    "DEEPSEEK_CACHE_STALE",
    "longMilliseconds",
    "how long it may stand in when DeepSeek can not be had"
  ),
  "deepseek.model": row("DEEPSEEK_MODEL", "text", "the model that rewrites prompts", "provider"),
  "deepseek.retryLimits.chat": row("DEEPSEEK_CHAT_RETRY_LIMIT", "count", "retries of a completion"),
  "deepseek.retryLimits.probe": row("DEEPSEEK_PROBE_RETRY_LIMIT", "count", "retries of a free request"),
  "deepseek.attemptTimeout.chat": row("DEEPSEEK_CHAT_ATTEMPT_TIMEOUT", "milliseconds", "longest single completion"),
  "deepseek.attemptTimeout.probe": row("DEEPSEEK_PROBE_ATTEMPT_TIMEOUT", "milliseconds", "longest single free request"),
  "nanobanana.apiKey": row("NANOBANANA_API_KEY", "key", "the key of the image provider's account"),
  "nanobanana.baseURL": row("NANOBANANA_BASE_URL", "url", "where the image provider answers", "provider"),
  "nanobanana.timeout": row(
    "NANOBANANA_TIMEOUT",
    "milliseconds",
    "deadline of a whole call, all attempts and waits included"
  ),
  "nanobanana.retryLimit": row("NANOBANANA_RETRY_LIMIT", "count", "retries after the first attempt"),
  "nanobanana.rateLimit": row("NANOBANANA_RATE_LIMITS", "rateLimits", "paid submits allowed in any window"),
  "nanobanana.accounting": row(
    "NANOBANANA_ACCOUNTING",
    "accounting",
    "from when on a permit's window runs: answered (exact at the provider) or sent (faster)"
  ),
  "nanobanana.concurrency": row(
    "NANOBANANA_CONCURRENCY",
    "callers",
    "requests on the wire at once, all operations together"
  ),
  "nanobanana.queueLimit": row("NANOBANANA_QUEUE_LIMIT", "callers", "callers that may wait for each operation"),
  "nanobanana.backoffBase": row("NANOBANANA_BACKOFF_BASE", "milliseconds", "first step of the back-off"),
  "nanobanana.backoffCap": row("NANOBANANA_BACKOFF_CAP", "milliseconds", "longest step of the back-off"),
  "nanobanana.rateLimits.status": row("NANOBANANA_STATUS_RATE_LIMITS", "rateLimits", "polls allowed in any window"),
  "nanobanana.rateLimits.download": row(
    "NANOBANANA_DOWNLOAD_RATE_LIMITS",
    "rateLimits",
    "downloads allowed in any window"
  ),
  "nanobanana.fallback.protocol": row(
    "NANOBANANA_FALLBACK_PROTOCOL",
    "protocol",
    "the wire protocol of the second image provider; unset, there is none"
  ),
  "nanobanana.fallback.baseURL": row("NANOBANANA_FALLBACK_BASE_URL", "url", "where the second image provider answers"),
  "nanobanana.fallback.apiKey": row("NANOBANANA_FALLBACK_API_KEY", "key", "the key of the account there"),
  "nanobanana.protocol": row("NANOBANANA_PROTOCOL", "protocol", "the wire protocol; unset, the base URL decides"),
  "nanobanana.retryLimits.submit": row("NANOBANANA_SUBMIT_RETRY_LIMIT", "count", "retries of a refused paid request"),
  "nanobanana.retryLimits.status": row("NANOBANANA_STATUS_RETRY_LIMIT", "count", "retries of one poll"),
  "nanobanana.retryLimits.cancel": row("NANOBANANA_CANCEL_RETRY_LIMIT", "count", "retries of a cancellation"),
  "nanobanana.retryLimits.download": row("NANOBANANA_DOWNLOAD_RETRY_LIMIT", "count", "retries of a download"),
  "nanobanana.attemptTimeout.submit": row(
    "NANOBANANA_SUBMIT_ATTEMPT_TIMEOUT",
    "milliseconds",
    "longest single paid request"
  ),
  "nanobanana.attemptTimeout.status": row("NANOBANANA_STATUS_ATTEMPT_TIMEOUT", "milliseconds", "longest single poll"),
  "nanobanana.attemptTimeout.cancel": row(
    "NANOBANANA_CANCEL_ATTEMPT_TIMEOUT",
    "milliseconds",
    "longest single cancellation"
  ),
  "nanobanana.attemptTimeout.download": row(
    "NANOBANANA_DOWNLOAD_ATTEMPT_TIMEOUT",
    "milliseconds",
    "longest single download"
  ),
  "nanobanana.pollFirst": row("NANOBANANA_POLL_FIRST", "milliseconds", "wait before the first poll"),
  "nanobanana.pollCap": row("NANOBANANA_POLL_CAP", "milliseconds", "longest wait between polls"),
  "nanobanana.jobExpiry": row("NANOBANANA_JOB_EXPIRY", "milliseconds", "longest life of a submitted job"),
  "nanobanana.submitGrace": row(
    "NANOBANANA_SUBMIT_GRACE",
    "milliseconds",
    "what a program that ends waits for a paid request in flight"
  ),
  "nanobanana.priceUpperBound": row(
    "NANOBANANA_PRICE_UPPER_BOUND",
    "dollars",
    "what a picture costs at most, where no confirmed price exists"
  ),
  "nanobanana.cancelIsFree": row(
    "NANOBANANA_CANCEL_IS_FREE",
    "boolean",
    "whether the provider does not charge a cancelled job"
  ),
  providers: row("LUDENG_PROVIDERS", "providers", "the providers that must have a key"),
  imageDirectory: row("LUDENG_IMAGE_DIRECTORY", "text", "the folder below which pictures are stored"),
  imageRetention: row("LUDENG_IMAGE_RETENTION", "imageRetention", "how long a stored picture is kept; unset, for ever"),
  imageMaximumBytes: row(
    "LUDENG_IMAGE_MAXIMUM_BYTES",
    "imageBytes",
    "how much room stored pictures may take, the oldest go first; unset, any"
  ),
  home: row("LUDENG_HOME", "text", "the folder of jobs, money, permits, keys and audit"),
  store: row("LUDENG_STORE", "store", "where these are kept: sqlite, or memory, which ends with the process"),
  deadLetterPrompts: row(
    "DEAD_LETTER_PROMPTS",
    "keptPrompts",
    "the prompts of failed requests: sealed with them, or omitted and asked for again"
  ),
  "budget.perCall": row("LUDENG_BUDGET_PER_CALL", "budget", "what one call may cost at most, all in it together"),
  "budget.perDay": row("LUDENG_BUDGET_PER_DAY", "budget", "what may be reserved and spent in a day, UTC"),
  "budget.perMonth": row("LUDENG_BUDGET_PER_MONTH", "budget", "what may be reserved and spent in a month, UTC"),
  "budget.perOwnerPerDay": row("LUDENG_BUDGET_PER_OWNER_PER_DAY", "budget", "the same in a day, for each owner"),
  "budget.perOwnerPerMonth": row("LUDENG_BUDGET_PER_OWNER_PER_MONTH", "budget", "the same in a month, for each owner"),
  prices: row("LUDENG_PRICES", "priceFile", "a JSON file of prices, which go over the built-in ones"),
  "vault.key": row("LUDENG_VAULT_KEY", "secret", "what opens the vault of keys: a passphrase, or a key"),
  "vault.keyFile": row("LUDENG_VAULT_KEY_FILE", "text", "a file that holds it instead, for its owner alone"),
  "audit.enabled": row("AUDIT", "boolean", "whether calls, attempts and keys are written down"),
  "audit.bodies": row("AUDIT_BODIES", "auditBodies", "what is kept of requests and answers"),
  "audit.bodyLimit": row("AUDIT_BODY_LIMIT", "bodyBytes", "how much is kept of one of them"),
  "audit.buffer": row("AUDIT_BUFFER", "callers", "rows that may wait to be written; more are dropped, and counted"),
  "audit.retention": row("AUDIT_RETENTION", "retention", "how long rows are kept"),
  "audit.maximumBytes": row("AUDIT_MAXIMUM_BYTES", "storeBytes", "what all rows may take; then the oldest go"),
  "alerts.webhookUrl": row(
    "LUDENG_ALERT_WEBHOOK_URL",
    "webhookUrl",
    "where a server sends alerts; unset, nowhere; it may hold a token, and is shown nowhere"
  ),
  "alerts.webhookSecret": row(
    "LUDENG_ALERT_WEBHOOK_SECRET",
    "webhookSecret",
    "what signs them, so that a receiver can tell them from forged ones"
  )
}

/** All places of the settings document, in the order of the table. */
export const settingPaths = Object.keys(settingVariables) as ReadonlyArray<SettingPath>

/** Whether a place holds a key or another secret. */
export const isSecret = (path: SettingPath): boolean => isSecretForm(settingVariables[path].form)

/**
 * Variables that set several places at once. In the same source the variable of a single place wins over them.
 */
export const wideVariables: ReadonlyArray<SettingVariable & { readonly paths: ReadonlyArray<SettingPath> }> = [
  {
    ...row("DEEPSEEK_ATTEMPT_TIMEOUT", "milliseconds", "longest single request of any kind"),
    paths: settingPaths.filter((path) => path.startsWith("deepseek.attemptTimeout."))
  },
  {
    ...row("NANOBANANA_ATTEMPT_TIMEOUT", "milliseconds", "longest single request of any kind"),
    paths: settingPaths.filter((path) => path.startsWith("nanobanana.attemptTimeout."))
  }
]
