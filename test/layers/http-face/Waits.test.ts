/**
 * Callers who wait for one picture together: what the metrics, the log and the audit tell of them.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import * as Prometheus from "../../../layers/telemetry/Prometheus.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { JobView } from "../../../schemas/http-face/JobView.ts"
import type { ProblemDocument } from "../../../schemas/http-face/Problem.ts"
import { AuditLog } from "../../../src/audit/AuditLog.ts"
import { explain } from "../../../src/audit/Explain.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { CallStatistics } from "../../../src/telemetry/CallStatistics.ts"
import { seriesOf, sumOf, withOwnRegistry } from "../../support/PrometheusSeries.ts"
import { askedInTime, makeFace, post } from "./Face.ts"

const fox = { prompt: "a red fox", parameters: { quality: "low" } }

interface Line {
  readonly message: string
  readonly level: string
  readonly annotations: Record<string, unknown>
}

/** What an effect gives, and the lines of the log beside it. */
const withLines = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<Line> = []
    const logger = Logger.make((options) => void lines.push(JSON.parse(Logger.formatJson.log(options))))
    return Effect.map(Effect.provide(effect, Logger.layer([logger])), (value) => ({ lines, value }))
  })

const failures = { outcome: "failure" }

describe("callers who wait for a picture", () => {
  it.effect("and whose time is over have not failed, nor paid: one picture costs once", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const asking = post(fox, { "idempotency-key": "order-7", prefer: "wait=1" })
      const { lines } = yield* withLines(
        Effect.gen(function* () {
          const askers = Effect.all(
            Array.from({ length: 5 }, () => askedInTime<JobView>(ask, "/v1/images", asking)),
            { concurrency: "unbounded" }
          )
          for (const { status } of yield* askers) assert.strictEqual(status, 202)
          yield* TestClock.adjust("10 minutes")
        })
      )
      const series = seriesOf(yield* Prometheus.text())
      const { spent } = yield* CostLedger.use((it) => it.totals())
      assert.isAbove(spent, 0)
      assert.strictEqual(Math.round(1_000_000 * sumOf(series, "ludeng_cost_usd_total")), spent)
      assert.strictEqual(sumOf(series, "ludeng_call_duration_seconds_count", failures), 0)
      assert.strictEqual(sumOf(series, "ludeng_waits_ended_total", { reason: "GenerationTimedOut" }), 5)
      assert.deepStrictEqual(
        lines.filter(({ level }) => level === "WARN" || level === "ERROR"),
        []
      )
      const ended = lines.filter(({ message }) => message === "wait ended")
      assert.isNotEmpty(ended)
      assert.isTrue(ended.every(({ annotations, level }) => level === "INFO" && "jobId" in annotations))
      const audit = yield* AuditLog
      yield* audit.flush
      assert.isEmpty(yield* audit.list({ kind: "CallFailed" }))
      const rows = yield* audit.list({ kind: "WaitEnded" })
      assert.strictEqual(rows.length, 5)
      assert.isTrue(rows.every(({ row }) => row.cost === undefined))
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          latency: { job: 60_000 },
          settings: { nanobanana: { protocol: "generic", priceUpperBound: 30_000 } }
        })
      ),
      withOwnRegistry
    )
  )

  it.effect("hear of a refused one under an id that leads to the request that failed", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const { lines, value } = yield* withLines(
        askedInTime<ProblemDocument>(ask, "/v1/illustrations", post({ prompt: "a red fox" }, { prefer: "wait=60" }))
      )
      const { callId = "", reason } = value.json
      assert.strictEqual(reason, "InsufficientBalance")
      const failed = (yield* CallStatistics.use((it) => it.snapshot)).reduce((sum, it) => sum + it.failed, 0)
      const series = seriesOf(yield* Prometheus.text())
      assert.strictEqual(failed, 1)
      assert.strictEqual(sumOf(series, "ludeng_call_duration_seconds_count", failures), 1)
      const told = lines.filter(({ annotations }) => annotations["callId"] === callId)
      const drivenBy = told.find(({ message }) => message === "wait ended")?.annotations["drivenBy"] ?? callId
      const attempts = lines.filter(({ message }) => message === "attempt failed")
      assert.deepStrictEqual(
        attempts.map(({ annotations }) => annotations["callId"]),
        [drivenBy]
      )
      const audit = yield* AuditLog
      yield* audit.flush
      const texts = explain(yield* audit.ofCall(callId)).map(({ text }) => text)
      assert.include(texts.join("\n"), "InsufficientBalance")
      if (drivenBy !== callId) assert.include(texts.join("\n"), String(drivenBy))
      const causes = explain(yield* audit.ofCall(String(drivenBy))).map(({ text }) => text)
      assert.include(causes.join("\n"), "nanobanana submit attempt 1")
    }).pipe(Effect.provide(Mock.layerWith({ faults: [{ fault: "no-balance", operation: "submit" }] })), withOwnRegistry)
  )
})
