/** `ludeng serve` as people start it: what it exports where OpenTelemetry's variables ask for it, and what it shows. */
import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import { collector } from "../../support/Collector.ts"

const program = join(import.meta.dirname, "../../../apps/cli/ludeng.mjs")
const prompt = "zebracanary4711 under a violet sky"

/** Serves over simulated providers until its scope closes. */
const serving = (variables: Record<string, string>) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const home = mkdtempSync(join(tmpdir(), "ludeng-exporting-"))
      const environment = { ...process.env, ...variables, USE_MOCK_APIS: "true", LUDENG_HOME: home }
      const child = spawn(process.execPath, [program, "serve", "--port", "0", "--json"], {
        cwd: home,
        env: environment,
        stdio: ["ignore", "pipe", "ignore"]
      })
      let url = ""
      for await (const line of createInterface({ input: child.stdout })) {
        url = (JSON.parse(line) as { readonly url: string }).url
        break
      }
      const stop = async () => {
        const ended = once(child, "exit")
        if (child.exitCode === null && child.kill("SIGTERM")) await ended
      }
      return { url, home, stop }
    }),
    ({ home, stop }) => Effect.promise(() => stop().then(() => rmSync(home, { recursive: true })))
  )

describe("a server that exports", () => {
  it.live(
    "sends spans, metrics and lines to the collector, no prompt among them, and shows the metrics to Prometheus",
    () =>
      Effect.gen(function* () {
        const { endpoint, received } = yield* collector
        const { stop, url } = yield* serving({
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
          OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
          OTEL_METRIC_EXPORT_INTERVAL: "200",
          OTEL_SERVICE_NAME: "painter"
        })
        yield* Effect.promise(async () => {
          const answer = await fetch(new URL("/v1/enhancements", url), {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ prompt })
          })
          assert.strictEqual(answer.status, 200)
          await answer.text()
          const metrics = await fetch(new URL("/metrics", url))
          assert.strictEqual(metrics.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8")
          assert.include(await metrics.text(), 'ludeng_service_call_duration_seconds_count{method="enhance"')
        })
        const textAt = (path: string) => received.flatMap((it) => (it.path === path ? [it.body.toString()] : [])).join()
        const arrives = Effect.sync(() => textAt("/v1/metrics").includes("ludeng_service_call_duration_seconds"))
        yield* Effect.repeat(Effect.delay(arrives, "100 millis"), { until: (it) => it, times: 200 })
        yield* Effect.promise(stop)
        assert.include(textAt("/v1/traces"), '"deepseek.chat"')
        assert.include(textAt("/v1/metrics"), '"ludeng_call_duration_seconds"')
        assert.include(textAt("/v1/traces"), '"painter"')
        assert.notInclude(received.map((it) => it.body.toString("latin1")).join("\n"), "zebracanary")
      }).pipe(Effect.scoped),
    60_000
  )
})
