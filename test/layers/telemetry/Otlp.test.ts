/** What a collector gets, decoded in both encodings; and that no canary is in it. */
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Otlp from "../../../layers/telemetry/Otlp.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { Illustrator } from "../../../src/illustration/Illustrator.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { keyOf } from "../../src/vault/SampleKeys.ts"
import { collector, type Received } from "../../support/Collector.ts"
import { protobufTexts } from "../../support/ProtobufFields.ts"

const prompt = "zebracanary4711 under a violet sky"
const key = "sk-canary0f9a8b7c6d5e4f3a2b1c"
const keys = [
  { record: keyOf("key-1", { scope: "deepseek", origin: "https://api.deepseek.com" }), key: Redacted.make(key) }
]

const work = Effect.gen(function* () {
  yield* Illustrator.use((it) => it.illustrate({ prompt }))
  yield* Effect.exit(PromptEnhancer.use((it) => it.enhance({ prompt: `${prompt}\u0000` })))
})

/** What a collector has got of one program, when that has ended. */
const exported = (encoding: "json" | "protobuf", scenario: "flaky" | "healthy") =>
  Effect.gen(function* () {
    const { endpoint, received } = yield* collector
    const headers = Redacted.make({ "x-token": "let-me-in" })
    const exporter = Otlp.layer({ encoding, endpoint, exportInterval: "20 millis", headers, serviceName: "painter" })
    const composition = Mock.layerWith({ scenario, latency: 0, keys, settings: { deepseek: { backoffBase: 1 } } })
    yield* Effect.exit(work).pipe(
      Effect.provide(composition),
      Effect.andThen(Effect.sleep("100 millis")),
      Effect.provide(exporter)
    )
    return received
  }).pipe(Effect.scoped)

const bodiesOf = (received: ReadonlyArray<Received>, path: string) =>
  received.flatMap((it) => (it.path === path ? [it.body] : []))

const paths = ["/v1/traces", "/v1/metrics", "/v1/logs"]

const assertNoCanary = (received: ReadonlyArray<Received>) => {
  const all = received.map((it) => it.body.toString("latin1")).join("\n")
  for (const canary of ["zebracanary", "canary0f9a", "let-me-in"]) assert.notInclude(all, canary)
}

describe("OTLP", () => {
  it.live("as JSON: spans, metrics and lines of the service, with its token, and no secret", () =>
    Effect.gen(function* () {
      const received = yield* exported("json", "flaky")
      assert.isTrue(received.every((it) => it.type === "application/json" && it.token === "let-me-in"))
      const texts = paths.map((path) => bodiesOf(received, path).map((it) => JSON.parse(it.toString()) as unknown))
      const [traces = "", metrics = "", logs = ""] = texts.map((it) => JSON.stringify(it))
      for (const text of [traces, metrics, logs]) assert.include(text, '"painter"')
      assert.include(traces, '"deepseek.chat"')
      assert.include(traces, '"gen_ai.request.model"')
      assert.include(metrics, '"ludeng_call_duration_seconds"')
      assert.include(metrics, '"ludeng_limiter_used"')
      assert.include(logs, '"callId"')
      assertNoCanary(received)
    })
  )

  it.live("as protobuf: the same, in the fields where a collector looks for them", () =>
    Effect.gen(function* () {
      const received = yield* exported("protobuf", "healthy")
      assert.isTrue(received.every((it) => it.type === "application/x-protobuf"))
      const namesAt = (path: string, place: ReadonlyArray<number>) =>
        bodiesOf(received, path).flatMap((it) => protobufTexts(it, place))
      // resource_spans, scope_spans, spans, name
      assert.includeMembers([...namesAt("/v1/traces", [1, 2, 2, 5])], ["deepseek.chat", "nanobanana.submit", "POST"])
      // resource_metrics, scope_metrics, metrics, name
      assert.include(namesAt("/v1/metrics", [1, 2, 2, 1]), "ludeng_call_duration_seconds")
      // resource_logs, scope_logs, log_records, body, string_value
      assert.include(namesAt("/v1/logs", [1, 2, 2, 5, 1]), "call succeeded")
      // resource, attributes, value, string_value
      assert.include(namesAt("/v1/traces", [1, 1, 1, 2, 1]), "painter")
      assertNoCanary(received)
    })
  )

  it.live("is only sent where the standard variables ask for it", () =>
    Effect.gen(function* () {
      const { endpoint, received } = yield* collector
      const run = (env: Record<string, string>) => {
        const provider = ConfigProvider.layer(ConfigProvider.fromEnv({ env }))
        const exporter = Otlp.layerFromEnvironment.pipe(Layer.provide(provider))
        return Effect.void.pipe(Effect.withSpan("a span"), Effect.provide(exporter))
      }
      yield* run({ OTEL_SERVICE_NAME: "nobody" })
      yield* run({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: "true" })
      assert.deepStrictEqual(received, [])
      yield* run({
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_EXPORTER_OTLP_HEADERS: "x-token=let%20me",
        OTEL_SERVICE_NAME: "asked"
      })
      const [traces] = bodiesOf(received, "/v1/traces")
      assert.include(traces?.toString(), '"asked"')
      assert.strictEqual(received[0]?.token, "let me")
    }).pipe(Effect.scoped)
  )
})
