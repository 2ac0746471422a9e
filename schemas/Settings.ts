/**
 * The settings of the library: one document, validated whole.
 *
 * Encoded it is plain JSON (`timeout` in milliseconds, `rateLimit: { requests, window }` in seconds); decoded every
 * time is a `Duration`, every key `Redacted`, every default filled in. Where a value comes from is decided in `layers`.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { AuditSettings } from "./AuditSettings.ts"
import { Budgets } from "./Budget.ts"
import { UsdMicros } from "./Money.ts"
import { PriceTable } from "./PriceTable.ts"
import { ImageProtocolName, Provider } from "./Provider.ts"
import { Accounting, type RateLimit, RateLimits } from "./RateLimit.ts"
import { ApiKey, VaultSecret, WebhookSecret, WebhookUrl } from "./Secret.ts"

export { ConfigurationError, SettingProblem } from "./ConfigurationError.ts"

const withDefault = <S extends Schema.Top>(schema: S, encoded: S["Encoded"]) =>
  schema.pipe(Schema.withDecodingDefaultKey(Effect.succeed(encoded)))

/** A positive time. **Units** milliseconds when encoded, 1 to 86 400 000 (one day). */
export const Milliseconds = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 86_400_000 }))
  .annotate({
    expected: "a whole number of milliseconds from 1 to 86400000"
  })
  .pipe(Schema.decodeTo(Schema.DurationFromMillis))

/** Where a provider answers. **Units** an absolute `https:` URL, or `http:` on a loopback address. */
export const BaseUrl = Schema.String.check(
  Schema.makeFilter(
    (text: string) => {
      const url = URL.parse(text)
      if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
        return false
      return url.protocol === "https:" || (url.protocol === "http:" && isLoopbackHost(url.hostname))
    },
    { expected: "an https URL (http on loopback only) without user, query or fragment" }
  )
)

/**
 * Whether a URL's host name is this machine itself: there plain `http` is allowed, for tests and `ludeng simulate`.
 *
 * ```ts
 * import { isLoopbackHost } from "@ludeng/providers/schemas/Settings"
 *
 * isLoopbackHost("127.0.0.1") // => true
 * isLoopbackHost("localhost.example.com") // => false
 * ```
 */
export const isLoopbackHost = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)

const Callers = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 })).annotate({
  expected: "a whole number from 1 to 1000000"
})

/** A long time. **Units** milliseconds when encoded, 1 to 2 678 400 000 (31 days). */
export const LongMilliseconds = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2_678_400_000 }))
  .annotate({ expected: "a whole number of milliseconds from 1 to 2678400000" })
  .pipe(Schema.decodeTo(Schema.DurationFromMillis))

/**
 * How long pictures are kept. **Units** milliseconds when encoded, 60 000 (a minute) to 315 360 000 000 (ten years): whoever
 * writes `30` and means days is refused, and loses nothing.
 */
export const RetentionAge = Schema.Int.check(Schema.isBetween({ minimum: 60_000, maximum: 315_360_000_000 }))
  .annotate({ expected: "a whole number of milliseconds from 60000 (a minute) to 315360000000 (ten years)" })
  .pipe(Schema.decodeTo(Schema.DurationFromMillis))

const FileBytes = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 8_796_093_022_208 })).annotate({
  expected: "a whole number of bytes from 1 to 8796093022208"
})

const RetryLimit = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10 })).annotate({
  expected: "a whole number from 0 to 10"
})

const common = (defaults: {
  readonly baseURL: string
  readonly timeout: number
  readonly retryLimit: number
  readonly rateLimit: RateLimit
}) => ({
  apiKey: Schema.optionalKey(ApiKey),
  baseURL: withDefault(BaseUrl, defaults.baseURL),
  timeout: withDefault(Milliseconds, defaults.timeout),
  retryLimit: withDefault(RetryLimit, defaults.retryLimit),
  rateLimit: withDefault(RateLimits, defaults.rateLimit),
  accounting: withDefault(Accounting, "answered"),
  concurrency: withDefault(Callers, 5),
  queueLimit: withDefault(Callers, 1_000),
  backoffBase: withDefault(Milliseconds, 500),
  backoffCap: withDefault(Milliseconds, 20_000)
})

/** The base URL of DeepSeek. Source: api-docs.deepseek.com/quick_start/pricing, read 2026-11-23. */
export const deepSeekBaseUrl = "https://api.deepseek.com"

/** The base URL of nanobananaapi.ai. Source: docs.nanobananaapi.ai, read 2026-11-23. */
export const nanoBananaApiBaseUrl = "https://api.nanobananaapi.ai/api/v1/nanobanana"

/**
 * The host that public code invents for nanobanana; nobody documents it. A base URL on it selects the `generic`
 * protocol, and a key goes there only because the setting names it.
 */
export const undocumentedNanoBananaBaseUrl = "https://api.nanobanana.com/v1"

/** The name of a model, as a provider knows it. */
export const ModelName = Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,100}$/)).annotate({
  expected: "1 to 100 visible ASCII characters"
})

/**
 * Settings of DeepSeek.
 *
 * **Units** `timeout` (default 30 s) is the deadline of a whole call; `attemptTimeout` bounds one request (chat 12 s,
 * probe 10 s); `retryLimit` counts retries after the first attempt (default 3), `retryLimits` per operation;
 * back-off is full jitter from `backoffBase` (500 ms) to `backoffCap` (20 s). `rateLimit` (default 100 an hour, our own
 * choice: DeepSeek publishes none) binds completions, `rateLimits.probe` (default none) the free requests; `concurrency`
 * (5) bounds the requests on the wire, `queueLimit` (1000) those who wait. A cached enhancement is fresh for `cacheTtl`
 * (one day), and kept as a stale stand-in for `cacheStale` (seven days).
 */
export const DeepSeekSettings = Schema.Struct({
  ...common({
    baseURL: deepSeekBaseUrl,
    timeout: 30_000,
    retryLimit: 3,
    rateLimit: { requests: 100, window: 3_600 }
  }),
  rateLimits: withDefault(Schema.Struct({ probe: Schema.optionalKey(RateLimits) }), {}),
  cacheTtl: withDefault(LongMilliseconds, 86_400_000),
  cacheStale: withDefault(LongMilliseconds, 604_800_000),
  model: withDefault(ModelName, "deepseek-flash"),
  retryLimits: withDefault(
    Schema.Struct({ chat: Schema.optionalKey(RetryLimit), probe: Schema.optionalKey(RetryLimit) }),
    {}
  ),
  attemptTimeout: withDefault(
    Schema.Struct({ chat: withDefault(Milliseconds, 12_000), probe: withDefault(Milliseconds, 10_000) }),
    {}
  )
})
export interface DeepSeekSettings extends Schema.Schema.Type<typeof DeepSeekSettings> {}

/**
 * Settings of nanobanana.
 *
 * **Units** `timeout` (default 180 s) is the caller's deadline; `jobExpiry` (15 min) the longest life of a submitted
 * job; `submitGrace` (5 s) what a program that ends waits for a paid submit in
 * flight; `attemptTimeout` bounds one request (submit 30 s, status 10 s, cancel 10 s, download 60 s); polling starts
 * after `pollFirst` (2 s) and grows by 1.5 to `pollCap` (15 s). `priceUpperBound` in micro-dollars is what a picture
 * costs at most where no confirmed price exists. `cancelIsFree` says that the provider does not charge a job that it
 * confirms as cancelled; default false, because no provider confirms it in public.
 *
 * `rateLimit` (default 50 an hour, our own choice) binds paid submits; polls and downloads have limits of their own
 * (`rateLimits`, default none). `concurrency` (5) bounds the requests on the wire of all operations together, one slot
 * kept for polls and downloads. `fallback` names a second protocol with its own base URL and key (an account of its own);
 * it is used where the first one has surely charged nothing.
 */
export const NanoBananaSettings = Schema.Struct({
  ...common({
    baseURL: nanoBananaApiBaseUrl,
    timeout: 180_000,
    retryLimit: 2,
    rateLimit: { requests: 50, window: 3_600 }
  }),
  protocol: Schema.optionalKey(ImageProtocolName),
  fallback: withDefault(
    Schema.Struct({
      protocol: Schema.optionalKey(ImageProtocolName),
      baseURL: Schema.optionalKey(BaseUrl),
      apiKey: Schema.optionalKey(ApiKey)
    }),
    {}
  ),
  rateLimits: withDefault(
    Schema.Struct({ status: Schema.optionalKey(RateLimits), download: Schema.optionalKey(RateLimits) }),
    {}
  ),
  retryLimits: withDefault(
    Schema.Struct({
      submit: Schema.optionalKey(RetryLimit),
      status: Schema.optionalKey(RetryLimit),
      cancel: Schema.optionalKey(RetryLimit),
      download: Schema.optionalKey(RetryLimit)
    }),
    {}
  ),
  attemptTimeout: withDefault(
    Schema.Struct({
      submit: withDefault(Milliseconds, 30_000),
      status: withDefault(Milliseconds, 10_000),
      cancel: withDefault(Milliseconds, 10_000),
      download: withDefault(Milliseconds, 60_000)
    }),
    {}
  ),
  pollFirst: withDefault(Milliseconds, 2_000),
  pollCap: withDefault(Milliseconds, 15_000),
  jobExpiry: withDefault(Milliseconds, 900_000),
  submitGrace: withDefault(Milliseconds, 5_000),
  priceUpperBound: Schema.optionalKey(UsdMicros),
  cancelIsFree: withDefault(Schema.Boolean, false)
})
export interface NanoBananaSettings extends Schema.Schema.Type<typeof NanoBananaSettings> {}

/** Where jobs, money, permits and what else must outlive a program are kept. */
export const StoreName = Schema.Literals(["sqlite", "memory"])
export type StoreName = typeof StoreName.Type

/** What becomes of the prompt of a failed request that is kept: `sealed` with it, or `omitted` and asked for again. */
export const KeptPrompts = Schema.Literals(["sealed", "omitted"])
export type KeptPrompts = typeof KeptPrompts.Type

/**
 * All settings.
 *
 * **Details** `providers` lists those that must have a key (default both); calling another one is refused with
 * `NoHealthyKey`. `imageDirectory` is the root below which pictures are stored, default `images`; `imageRetention` says
 * how long they are kept there, `imageMaximumBytes` how much room they may take (default both: no limit). `home` is the folder
 * of what must outlive the program (jobs, money, permits, keys, audit), default `.ludeng`; with `store` set to `memory`
 * (default `sqlite`) nothing of it is written, and all of it ends with the process.
 * `budget` says how much may be reserved and spent (default: no limit); what `prices` says goes over the built-in table.
 * `alerts` says where `ludeng serve` sends alerts, and what signs them (default: nowhere); one is not given without the other.
 */
export const Settings = Schema.Struct({
  providers: withDefault(Schema.Array(Provider), ["deepseek", "nanobanana"]),
  deepseek: withDefault(DeepSeekSettings, {}),
  nanobanana: withDefault(NanoBananaSettings, {}),
  imageDirectory: withDefault(Schema.NonEmptyString, "images"),
  imageRetention: Schema.optionalKey(RetentionAge),
  imageMaximumBytes: Schema.optionalKey(FileBytes),
  home: withDefault(Schema.NonEmptyString, ".ludeng"),
  store: withDefault(StoreName, "sqlite"),
  deadLetterPrompts: withDefault(KeptPrompts, "sealed"),
  budget: withDefault(Budgets, {}),
  prices: Schema.optionalKey(PriceTable),
  vault: withDefault(
    Schema.Struct({ key: Schema.optionalKey(VaultSecret), keyFile: Schema.optionalKey(Schema.NonEmptyString) }),
    {}
  ),
  audit: withDefault(AuditSettings, {}),
  alerts: withDefault(
    Schema.Struct({ webhookUrl: Schema.optionalKey(WebhookUrl), webhookSecret: Schema.optionalKey(WebhookSecret) }),
    {}
  )
})
export interface Settings extends Schema.Schema.Type<typeof Settings> {}

/** Settings as a person or a file writes them: every field optional, times in milliseconds. */
export type SettingsDocument = typeof Settings.Encoded

/**
 * The protocol that speaks to the configured base URL: the one that is set, else `generic` for the undocumented host
 * `api.nanobanana.com`, else nanobananaapi.ai.
 *
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { imageProtocolOf, NanoBananaSettings } from "@ludeng/providers/schemas/Settings"
 *
 * const decode = Schema.decodeUnknownSync(NanoBananaSettings)
 * imageProtocolOf(decode({})) // => "nanobananaapi"
 * imageProtocolOf(decode({ baseURL: "https://api.nanobanana.com/v1" })) // => "generic"
 * ```
 */
export const imageProtocolOf = (settings: NanoBananaSettings): ImageProtocolName =>
  settings.protocol ??
  (URL.parse(settings.baseURL)?.host === URL.parse(undocumentedNanoBananaBaseUrl)?.host ? "generic" : "nanobananaapi")

/** One consistent set of settings; a call keeps the version it began with. */
export interface SettingsVersion {
  /** Counts up from 1 with each accepted change. */
  readonly version: number
  readonly settings: Settings
}

/** The longest a call may be given: one day. */
export const longestDeadline: Duration.Duration = Duration.days(1)
