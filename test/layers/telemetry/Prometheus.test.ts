import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Prometheus from "../../../layers/telemetry/Prometheus.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { MetricCells } from "../../../src/telemetry/MetricCells.ts"
import { bucketSeconds, metricCatalog } from "../../../src/telemetry/MetricCatalog.ts"
import { passVirtually } from "../../contract/World.ts"

const ownRegistry = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => Effect.provideService(effect, Metric.MetricRegistry, new Map()))

describe("the text for Prometheus", () => {
  it.effect("names base units, and what only grows `_total`; each label is one of the catalog", () =>
    Effect.sync(() => {
      for (const [name, { kind }] of Object.entries(metricCatalog)) {
        assert.match(name, /^ludeng_[a-z_]+$/)
        assert.strictEqual(name.endsWith("_total"), kind === "counter", name)
        assert.notMatch(name, /millis|minutes|_ms\b/)
      }
    })
  )

  it.effect("leaves out what is not ours, unless it is asked for", () =>
    Effect.gen(function* () {
      yield* Metric.update(Metric.counter("host_things", { attributes: { who: 'a "b"\n\\c' } }), 1)
      assert.strictEqual(yield* Prometheus.text(), "")
      assert.include(yield* Prometheus.text({ all: true }), 'host_things{who="a \\"b\\"\\n\\\\c"} 1')
    }).pipe(ownRegistry)
  )

  it.effect("counts a time in the bucket it belongs to and in all above it", () =>
    Effect.gen(function* () {
      const cells = new MetricCells(yield* Effect.context<never>())
      const cell = cells.histogram("ludeng_queue_wait_seconds", ["deepseek", "chat"])
      for (const millis of [0, 1, 1.1, 999, 1_000, 10_000_000]) cell.observe(millis)
      const text = yield* Prometheus.text()
      const count = (bound: string) =>
        new RegExp(`_bucket\\{[^}]*le="${bound.replace(/[.+]/, "\\$&")}"\\} (\\d+)`).exec(text)?.[1]
      assert.deepStrictEqual(["0.0005", "0.001", "0.0025", "1", "600", "+Inf"].map(count), [
        "1",
        "2",
        "3",
        "5",
        "5",
        "6"
      ])
      assert.strictEqual(text.match(/_bucket/g)?.length, bucketSeconds.length + 1)
      cells.removeAll()
      assert.strictEqual(yield* Prometheus.text(), "")
    }).pipe(ownRegistry)
  )

  it.effect("reads the doors when it is asked: use, limit, queue, slots; a tier that comes or goes is followed", () =>
    Effect.gen(function* () {
      yield* passVirtually(PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" })))
      const before = yield* Prometheus.text()
      const door = 'scope="deepseek",operation="chat"'
      assert.include(before, `ludeng_limiter_limit{${door},tier="1"} 10`)
      assert.include(before, `ludeng_limiter_window_seconds{${door},tier="2"} 3600`)
      assert.include(before, `ludeng_queue_depth{${door}} 0`)
      assert.include(before, `ludeng_circuit_state{${door},state="Closed"} 1`)
      const settings = yield* LiveSettings
      yield* settings.update({ deepseek: { rateLimit: [{ requests: 7, window: 60 }] } })
      yield* passVirtually(Effect.sleep("1 second"))
      const after = yield* Prometheus.text()
      assert.include(after, `ludeng_limiter_limit{${door},tier="1"} 7`)
      assert.notInclude(after, `ludeng_limiter_limit{${door},tier="2"}`)
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          settings: {
            deepseek: {
              rateLimit: [
                { requests: 10, window: 60 },
                { requests: 100, window: 3_600 }
              ]
            }
          }
        })
      ),
      ownRegistry
    )
  )

  it.effect("keeps nothing of a gauge that is taken away", () =>
    Effect.gen(function* () {
      const cells = new MetricCells(yield* Effect.context<never>())
      for (let round = 0; round < 100; round += 1) {
        const remove = cells.gauge("ludeng_limiter_used", ["deepseek", "chat", "2"], () => round)
        assert.strictEqual(cells.size, 1)
        remove()
        assert.strictEqual(cells.size, 0)
      }
    }).pipe(ownRegistry)
  )

  it.effect("is empty again when the composition has ended", () =>
    Effect.gen(function* () {
      yield* passVirtually(PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))).pipe(
        Effect.provide(Mock.layerWith({}))
      )
      assert.notInclude(yield* Prometheus.text(), "ludeng_call_duration_seconds")
      assert.notInclude(yield* Prometheus.text(), "ludeng_queue_depth")
    }).pipe(ownRegistry)
  )
})
