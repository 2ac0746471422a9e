/**
 * The metrics as the text that Prometheus scrapes (exposition format 0.0.4). Who serves it, and to whom, is decided
 * elsewhere.
 *
 * **Source** prometheus.io/docs/instrumenting/exposition_formats, read 2026-11-24.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"

/** The media type of the text. */
export const contentType = "text/plain; version=0.0.4; charset=utf-8"

/** What every metric of the library begins with. */
const ownPrefix = "ludeng_"

/**
 * The library's metrics now. Those of Effect's runtime and of the host, which stand in the same registry, are left out
 * unless `all` is set: what stands in their labels is not known here.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 * import * as Prometheus from "@ludeng/providers/layers/telemetry/Prometheus"
 *
 * const program = Effect.gen(function* () {
 *   yield* PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))
 *   return yield* Prometheus.text()
 * })
 * const text = await Effect.runPromise(Effect.provide(program, Mock.layer))
 * text.includes('ludeng_call_duration_seconds_count{provider="deepseek",operation="chat",outcome="success"} 1') // => true
 * ```
 */
export const text = (options?: { readonly all?: boolean }): Effect.Effect<string> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<never>()
    if (options?.all === true) return PrometheusMetrics.formatUnsafe(context)
    const own = new Map(
      [...Context.get(context, Metric.MetricRegistry)].filter(([, { id }]) => id.startsWith(ownPrefix))
    )
    return PrometheusMetrics.formatUnsafe(Context.add(context, Metric.MetricRegistry, own))
  })
