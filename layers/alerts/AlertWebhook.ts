/**
 * Alerts to a webhook: each notice is one signed `POST` of its JSON, in order, by an HTTP client of its own that follows no
 * redirect. It never makes a call wait: what comes while too many wait is dropped, counted and
 * told in the log; so is what still waits when the program ends. The address may hold a token, and is told nowhere.
 *
 * An attempt may take five seconds; what failed, was not answered 2xx, or was redirected is sent up to three times more,
 * with a growing, jittered pause.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { AlertNotice } from "../../schemas/Alert.ts"
import { Alerts } from "../../src/alerts/Alerts.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { signAlert, signatureHeader } from "./WebhookSignature.ts"

/**
 * Where notices are sent. **Units** `queueLimit` in notices that wait (default 256), `retries` after the first attempt
 * (default 3), `attemptTimeout` default 5 s, `backoffBase` default 1 s.
 */
export interface AlertWebhookOptions {
  readonly url: Redacted.Redacted<string>
  readonly secret: Redacted.Redacted<string>
  readonly queueLimit?: number
  readonly retries?: number
  readonly attemptTimeout?: Duration.Duration
  readonly backoffBase?: Duration.Duration
}

/** How sending fares. **Units** notices: `delivered`, `waiting` now, `dropped` for want of room, `failed` for good. */
export interface WebhookStatistics {
  readonly delivered: number
  readonly waiting: number
  readonly dropped: number
  readonly failed: number
}

/** The service: what became of the notices. */
export class AlertWebhook extends Context.Service<
  AlertWebhook,
  {
    readonly statistics: Effect.Effect<WebhookStatistics>
  }
>()("@ludeng/providers/alerts/AlertWebhook") {}

const encodeNotice = Schema.encodeSync(Schema.fromJsonString(AlertNotice))

/** One attempt; `false` where it was not taken. What went wrong holds the address, and is not passed on. */
const post = (
  client: HttpClient.HttpClient,
  { attemptTimeout = Duration.seconds(5), secret, url }: AlertWebhookOptions,
  body: string
): Effect.Effect<void, "notTaken"> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const request = HttpClientRequest.post(Redacted.value(url)).pipe(
      HttpClientRequest.setHeader(signatureHeader, signAlert(secret, body, now)),
      HttpClientRequest.bodyText(body, "application/json")
    )
    const { status } = yield* client.execute(request)
    return status
  }).pipe(
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
    Effect.scoped,
    Effect.timeout(attemptTimeout),
    Effect.catchCause(() => Effect.succeed(0)),
    Effect.flatMap((status) => (status >= 200 && status < 300 ? Effect.void : Effect.fail("notTaken" as const)))
  )

const make = (options: AlertWebhookOptions) =>
  Effect.gen(function* () {
    const { backoffBase = Duration.seconds(1), queueLimit = 256, retries = 3 } = options
    const client = yield* HttpClient.HttpClient
    const { notices } = yield* Alerts
    const waiting = yield* Queue.unbounded<AlertNotice>()
    const counts = { delivered: 0, dropped: 0, failed: 0 }
    let size = 0

    const take = (notice: AlertNotice): Effect.Effect<void> =>
      Effect.suspend(() => {
        if (size >= queueLimit) {
          counts.dropped += 1
          return Effect.logWarning("alert webhook: a notice was dropped, too many wait").pipe(
            Effect.annotateLogs({ dropped: counts.dropped, name: notice.alert.name })
          )
        }
        size += 1
        Queue.offerUnsafe(waiting, notice)
        return Effect.void
      })

    const pause = Schedule.exponential(backoffBase).pipe(
      Schedule.modifyDelay(({ duration }) =>
        Effect.map(Random.next, (chance) => Duration.millis(Duration.toMillis(duration) * (0.5 + chance / 2)))
      )
    )

    const send = (notice: AlertNotice): Effect.Effect<void> =>
      post(client, options, encodeNotice(notice)).pipe(
        Effect.retry({ schedule: pause, times: retries }),
        Effect.matchEffect({
          onSuccess: () => Effect.sync(() => void (counts.delivered += 1)),
          onFailure: () => {
            counts.failed += 1
            return Effect.logWarning("alert webhook: a notice was not taken").pipe(
              Effect.annotateLogs({ failed: counts.failed, name: notice.alert.name })
            )
          }
        }),
        Effect.ensuring(Effect.sync(() => void (size -= 1)))
      )

    yield* Effect.forkScoped(Stream.runForEach(notices, take), { startImmediately: true })
    yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(waiting), send)))
    yield* Effect.addFinalizer(() =>
      size === 0
        ? Effect.void
        : Effect.annotateLogs(Effect.logWarning("alert webhook: notices were not sent, the program ends"), {
            waiting: size
          })
    )
    return AlertWebhook.of({ statistics: Effect.sync(() => ({ ...counts, waiting: size })) })
  })

const client = FetchHttpClient.layer.pipe(
  Layer.provideMerge(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
)

/**
 * Sends every notice from now on, as long as the scope is open.
 *
 * ```ts types
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 * import * as AlertWebhook from "@ludeng/providers/layers/alerts/AlertWebhook"
 * import * as Live from "@ludeng/providers/layers/Live"
 *
 * const webhook = AlertWebhook.layerWith({
 *   url: Redacted.make("https://hooks.example.com/ludeng"),
 *   secret: Redacted.make("a secret of two")
 * })
 * const program = webhook.pipe(Layer.provideMerge(Live.layer))
 * ```
 */
export const layerWith = (options: AlertWebhookOptions): Layer.Layer<AlertWebhook, never, Alerts> =>
  Layer.effect(AlertWebhook, make(options)).pipe(Layer.provide(client))

/**
 * Sends every notice to where the settings say (`LUDENG_ALERT_WEBHOOK_URL`, signed with `LUDENG_ALERT_WEBHOOK_SECRET`), as
 * long as the scope is open; nothing where they say nothing. `ludeng serve` provides it.
 */
export const layer: Layer.Layer<never, never, Alerts | LiveSettings> = Layer.unwrap(
  Effect.gen(function* () {
    const { settings } = yield* LiveSettings.use((it) => it.current)
    const { webhookSecret: secret, webhookUrl: url } = settings.alerts
    // Settings with one of the two were refused.
    if (url === undefined || secret === undefined) return Layer.empty
    return Layer.effectDiscard(Layer.build(layerWith({ url, secret })))
  })
)
