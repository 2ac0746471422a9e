/**
 * The text of the metrics as Prometheus itself reads it: checked by its `promtool`, and scraped by a real server. Both come
 * with Debian's package `prometheus`; where they are missing this fails.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Prometheus from "../../layers/telemetry/Prometheus.ts"
import * as Mock from "../../mock-layers/Mock.ts"
import { Illustrator } from "../../src/illustration/Illustrator.ts"
import { passVirtually } from "../contract/World.ts"

/** The text after a picture was made over flaky providers. */
const scraped = Effect.gen(function* () {
  yield* passVirtually(Effect.exit(Illustrator.use((it) => it.illustrate({ prompt: "a red fox" }))))
  return yield* Prometheus.text()
}).pipe(Effect.provide(Mock.layerWith({ scenario: "flaky" })), Effect.provideService(Metric.MetricRegistry, new Map()))

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  if (address === null || typeof address === "string") throw new Error("no port")
  return address.port
}

/** What a Prometheus that scrapes `text` answers to a query, within 30 seconds. */
const queriedOf = async (text: string, query: string): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), "prometheus-"))
  const target = createServer((_, response) => {
    response.writeHead(200, { "content-type": Prometheus.contentType }).end(text)
  }).listen(0, "127.0.0.1")
  await once(target, "listening")
  const address = target.address()
  if (address === null || typeof address === "string") throw new Error("no port")
  const port = await freePort()
  const config = join(folder, "prometheus.yml")
  writeFileSync(
    config,
    `scrape_configs:\n  - job_name: ludeng\n    scrape_interval: 1s\n    static_configs:\n      - targets: ["127.0.0.1:${address.port}"]\n`
  )
  const server = spawn(
    "prometheus",
    [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: "ignore" }
  )
  const ended = once(server, "close")
  try {
    for (let asked = 0; asked < 60; asked += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`).catch(
        () => undefined
      )
      if (answer?.ok !== true) continue
      const { data } = (await answer.json()) as { readonly data: { readonly result: ReadonlyArray<unknown> } }
      if (data.result.length > 0) return data.result
    }
    return undefined
  } finally {
    server.kill("SIGTERM")
    await ended
    target.closeAllConnections()
    target.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

describe("Prometheus", () => {
  it.effect("finds nothing to say against the text, by its own tool", () =>
    Effect.gen(function* () {
      const text = yield* scraped
      assert.include(text, "# TYPE ludeng_call_duration_seconds histogram")
      const { error, status, stderr, stdout } = spawnSync("promtool", ["check", "metrics"], {
        input: text,
        encoding: "utf8"
      })
      assert.isUndefined(error)
      assert.strictEqual(stdout + stderr, "")
      assert.strictEqual(status, 0)
    })
  )

  it.effect("takes it in, and answers from it", () =>
    Effect.gen(function* () {
      const text = yield* scraped
      const query = 'ludeng_call_duration_seconds_count{operation="chat",outcome="success"}'
      const result = yield* Effect.promise(() => queriedOf(text, query))
      assert.include(JSON.stringify(result), '"provider":"deepseek"')
    })
  )
})
