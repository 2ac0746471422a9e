/**
 * Sends spans, metrics and lines of the log to a collector, by OpenTelemetry's protocol over HTTP (OTLP 1.x). Nothing is
 * sent unless somebody asks for it. What can not be sent is dropped: no call waits for a collector.
 *
 * **Source** opentelemetry.io/docs/specs/otlp and .../sdk-configuration/exporters, read 2026-11-24.
 */
import * as Config from "effect/Config"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as EffectOtlp from "effect/observability/Otlp"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

/**
 * Where to, and how.
 *
 * **Units** `endpoint` is the base URL of the collector: `/v1/traces`, `/v1/metrics` and `/v1/logs` are appended.
 * `headers` may hold a token. `exportInterval` is the time between two exports of each kind (default: metrics 10 seconds,
 * spans 5 seconds, log 1 second).
 */
export interface OtlpOptions {
  readonly endpoint: string
  /** Default `protobuf`. */
  readonly encoding?: "protobuf" | "json"
  readonly headers?: Redacted.Redacted<Readonly<Record<string, string>>>
  /** Default `ludeng`. */
  readonly serviceName?: string
  readonly exportInterval?: Duration.Input
  /** That of metrics alone. */
  readonly metricExportInterval?: Duration.Input
}

// The headers may hold a token: they go to the collector alone, whatever it answers.
const client = FetchHttpClient.layer.pipe(
  Layer.provideMerge(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
)

/**
 * The exporter. Merge it with a composition: what runs in both is exported. What waits is sent once more when its scope
 * closes, for at most 3 seconds.
 *
 * ```ts types
 * import * as Layer from "effect/Layer"
 * import * as Live from "@ludeng/providers/layers/Live"
 * import * as Otlp from "@ludeng/providers/layers/telemetry/Otlp"
 *
 * const observed = Layer.merge(Live.layer, Otlp.layer({ endpoint: "http://127.0.0.1:4318" }))
 * ```
 */
export const layer = ({
  encoding = "protobuf",
  endpoint,
  exportInterval,
  headers,
  metricExportInterval,
  serviceName = "ludeng"
}: OtlpOptions): Layer.Layer<never> => {
  const exporter = encoding === "json" ? EffectOtlp.layerJson : EffectOtlp.layerProtobuf
  return exporter({
    baseUrl: endpoint,
    resource: { serviceName },
    loggerMergeWithExisting: true,
    ...(headers === undefined ? {} : { headers: Redacted.value(headers) }),
    ...(exportInterval === undefined
      ? {}
      : {
          loggerExportInterval: exportInterval,
          metricsExportInterval: exportInterval,
          tracerExportInterval: exportInterval
        }),
    ...(metricExportInterval === undefined ? {} : { metricsExportInterval: metricExportInterval })
  }).pipe(Layer.provide(client))
}

const pairs = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const at = pair.indexOf("=")
      return at < 1 ? [] : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]]
    })
  )

/**
 * The exporter that the standard variables ask for: `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_PROTOCOL`
 * (`http/protobuf`, the default, or `http/json`), `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_METRIC_EXPORT_INTERVAL` (milliseconds). Without an endpoint,
 * and with `OTEL_SDK_DISABLED=true`, it is nothing.
 *
 * **Errors** `ConfigError` where a variable can not be read as what it should be.
 */
export const layerFromEnvironment: Layer.Layer<never, Config.ConfigError> = Layer.unwrap(
  Effect.gen(function* () {
    const endpoint = yield* Config.option(Config.String("OTEL_EXPORTER_OTLP_ENDPOINT"))
    const isDisabled = yield* Config.withDefault(Config.Boolean("OTEL_SDK_DISABLED"), false)
    if (Option.isNone(endpoint) || isDisabled) return Layer.empty
    const protocol = yield* Config.withDefault(
      Config.Literals(["http/protobuf", "http/json"], "OTEL_EXPORTER_OTLP_PROTOCOL"),
      "http/protobuf"
    )
    const headers = yield* Config.option(Config.Redacted("OTEL_EXPORTER_OTLP_HEADERS"))
    const serviceName = yield* Config.withDefault(Config.String("OTEL_SERVICE_NAME"), "ludeng")
    const interval = yield* Config.option(Config.Int("OTEL_METRIC_EXPORT_INTERVAL"))
    return layer({
      endpoint: endpoint.value,
      encoding: protocol === "http/json" ? "json" : "protobuf",
      serviceName,
      ...(Option.isNone(interval) ? {} : { metricExportInterval: Math.max(1, interval.value) }),
      ...(Option.isNone(headers) ? {} : { headers: Redacted.make(pairs(Redacted.value(headers.value))) })
    })
  })
)
