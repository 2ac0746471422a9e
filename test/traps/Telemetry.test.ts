/** Metric labels hold no prompt, key, job or URL. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { labelNames, metricCatalog } from "../../src/telemetry/MetricCatalog.ts"
import { makeMetrics } from "../../src/telemetry/MakeTelemetry.ts"
import { CallId, JobId, Owner, ProviderJobId } from "../../schemas/Identifiers.ts"
import { KeyId } from "../../schemas/Key.ts"
import type { CallEvent } from "../../schemas/CallEvent.ts"

const common = (n: number) => ({
  callId: CallId.make(`call_${n}`),
  owner: Owner.make(`owner-${n}`),
  provider: "deepseek" as const,
  operation: "chat" as const,
  at: n
})

/** The events of a call, a key and a job of which everything that may differ does. */
const eventsOf = (n: number): ReadonlyArray<CallEvent> => [
  {
    _tag: "CallSucceeded",
    ...common(n),
    attempts: 1 + (n % 3),
    elapsed: Duration.millis(n),
    cost: { usdMicros: n, basis: "measured" },
    times: { queue: n, connect: n, firstByte: n, body: n, provider: n, paused: 0, own: 0, total: n * 2 },
    use: { requestModel: `model-${n}`, responseModel: `model-${n}-x`, inputTokens: n, outputTokens: n },
    providerRequestId: `request-${n}`
  },
  {
    _tag: "CallFailed",
    ...common(n),
    attempts: 1,
    elapsed: Duration.millis(n),
    reason: { _tag: "DnsFailed", host: `host-${n}.example`, isTemporary: false },
    outcome: "NotSent",
    cost: { usdMicros: null, basis: "unknown" },
    request: { fieldLengths: { [`field-${n}`]: n }, bodySha256: `${n}`, parameters: {} }
  },
  {
    _tag: "CallRejected",
    callId: CallId.make(`call_${n}`),
    owner: Owner.make(`owner-${n}`),
    at: n,
    reason: { _tag: "InputRejected", field: `field-${n}`, problem: `problem ${n}`, expected: "something" }
  },
  {
    _tag: "JobMoved",
    callId: CallId.make(`call_${n}`),
    owner: Owner.make(`owner-${n}`),
    at: n,
    jobId: JobId.make(`job_${n}`),
    from: n === 7 ? "nonsense" : "Submitted",
    to: n % 2 === 0 ? "Running" : `state-${n}`,
    providerJobId: ProviderJobId.make(`provider-job-${n}`)
  },
  {
    _tag: "KeyRetired",
    provider: "deepseek",
    scope: "deepseek",
    keyId: KeyId.make(`key_${n}`),
    at: n,
    because: "Rejected",
    remedy: `remedy ${n}`
  },
  {
    _tag: "CircuitMoved",
    scope: "deepseek",
    operation: "chat",
    at: n,
    from: "Closed",
    to: "Open",
    reason: `reason ${n}`
  },
  { _tag: "VaultTrouble", at: n, doing: "reading", problem: `problem ${n}`, remedy: `remedy ${n}` }
]

const seriesIn = (registry: ReadonlyMap<string, unknown>): number => registry.size

describe("labels", () => {
  it.effect("10 000 prompts, owners, keys, jobs, hosts and models add no series", () =>
    Effect.gen(function* () {
      const registry = yield* Metric.MetricRegistry
      const { observe } = yield* makeMetrics
      for (let n = 0; n < 10; n += 1) eventsOf(n).forEach(observe)
      const before = seriesIn(registry)
      assert.isAbove(before, 8)
      for (let n = 10; n < 10_000; n += 1) eventsOf(n).forEach(observe)
      assert.strictEqual(seriesIn(registry), before)
      const text = JSON.stringify([...registry.values()].map(({ attributes }) => attributes))
      for (const unbounded of [
        "owner-",
        "call_",
        "job_",
        "key_",
        "model-",
        "host-",
        "request-",
        "nonsense",
        "state-"
      ]) {
        assert.notInclude(text, unbounded)
      }
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it("are of one list, and none of them can hold what a caller chose", () => {
    const used = new Set(Object.values(metricCatalog).flatMap((it): ReadonlyArray<string> => it.labels))
    assert.deepStrictEqual([...used].toSorted(), [...labelNames].toSorted())
    for (const name of ["owner", "callId", "prompt", "key", "job", "url", "model"]) assert.isFalse(used.has(name))
  })
})
