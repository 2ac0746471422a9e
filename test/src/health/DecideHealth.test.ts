/** How a provider fares, by example and for any traffic. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { HealthStatus } from "../../../schemas/Health.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { type CircuitFact, decideHealth, type HealthFacts } from "../../../src/health/DecideHealth.ts"
import { decideReadiness } from "../../../src/health/DecideReadiness.ts"
import {
  answered,
  attemptFailed,
  kindOfFailure,
  noEvidence,
  type ProviderEvidence
} from "../../../src/health/ProviderEvidence.ts"

const dns: ApiReason = { _tag: "DnsFailed", host: "api.example.com", isTemporary: true }
const noRoute: ApiReason = { _tag: "ConnectionLost", phase: "connect", code: "ENETUNREACH" }
const reset: ApiReason = { _tag: "ConnectionLost", phase: "body", code: "ECONNRESET" }
const notConnected: ApiReason = { _tag: "TimedOut", phase: "connect", limit: Duration.seconds(5) }
const broken: ApiReason = { _tag: "ServerFailed", status: 500 }
const limited: ApiReason = { _tag: "RateLimited" }
const refused: ApiReason = { _tag: "RequestRejected", status: 400 }
const unknownKey: ApiReason = { _tag: "KeyRejected" }

type Step = "ok" | ApiReason

/** What is known after these attempts, a second apart. */
const after = (...steps: ReadonlyArray<Step>): ProviderEvidence =>
  steps.reduce<ProviderEvidence>(
    (evidence, step, index) =>
      step === "ok" ? answered(evidence, index * 1_000) : attemptFailed(evidence, step, index * 1_000),
    noEvidence
  )

const times = (count: number, reason: Step): ReadonlyArray<Step> => Array.from({ length: count }, () => reason)

const at = (facts: Partial<HealthFacts>, now = 60_000) => {
  const { reason, status } = decideHealth(
    { evidence: noEvidence, circuits: [], hasKey: true, othersAnsweredAt: undefined, ...facts },
    now
  )
  return `${status} ${reason}`
}

const work = (state: CircuitFact["state"]): CircuitFact => ({ isWork: true, state })

describe("a provider", () => {
  it("that was never asked is unknown, one that answers is healthy", () => {
    assert.strictEqual(at({}), "Unknown NotAsked")
    assert.strictEqual(at({ evidence: after("ok") }), "Healthy Answers")
    assert.strictEqual(at({ evidence: after(refused) }), "Healthy Answers")
  })

  it("is degraded from its first fault to its next answer, and down from the fifth", () => {
    assert.strictEqual(at({ evidence: after("ok", broken) }), "Degraded ServerFailed")
    assert.strictEqual(at({ evidence: after("ok", ...times(4, broken)) }), "Degraded ServerFailed")
    assert.strictEqual(at({ evidence: after("ok", ...times(5, broken)) }), "Down ServerFailed")
    assert.strictEqual(at({ evidence: after(...times(5, broken), "ok", ...times(19, "ok")) }), "Degraded ServerFailed")
    assert.strictEqual(at({ evidence: after(broken, ...times(9, "ok")) }), "Healthy Answers")
  })

  it("that limits us is no worse for it", () => {
    assert.strictEqual(at({ evidence: after("ok", ...times(9, limited)) }), "Healthy Answers")
  })

  it("that does not serve the account is down, until it answers", () => {
    assert.strictEqual(at({ evidence: after("ok", unknownKey, broken) }), "Down KeyRejected")
    assert.strictEqual(at({ evidence: after(unknownKey, "ok") }), "Healthy Answers")
    assert.strictEqual(at({ hasKey: false }), "Down NoHealthyKey")
  })

  it("is down where every circuit of its work refuses, degraded where one does or another recovers", () => {
    assert.strictEqual(at({ circuits: [work("Open")] }), "Down CircuitOpen")
    assert.strictEqual(at({ circuits: [work("Isolated")] }), "Down Isolated")
    assert.strictEqual(at({ circuits: [work("Open"), work("Closed")] }), "Degraded CircuitOpen")
    assert.strictEqual(at({ circuits: [work("Open"), work("Isolated")] }), "Down CircuitOpen")
    assert.strictEqual(at({ circuits: [work("Closed"), { isWork: false, state: "Open" }] }), "Degraded CircuitOpen")
    assert.strictEqual(at({ circuits: [work("HalfOpen")] }), "Degraded Recovering")
  })

  it("is not asked for ever because it once was down", () => {
    const evidence = after("ok", ...times(9, broken))
    assert.strictEqual(at({ evidence }, 300_000), "Down ServerFailed")
    assert.strictEqual(at({ evidence }, 309_001), "Unknown NotAsked")
  })
})

describe("what lies on our own side", () => {
  it.each([dns, noRoute, notConnected])("is no provider's fault, however often: %o", (reason) => {
    assert.strictEqual(at({ evidence: after("ok", ...times(40, reason)) }), "Unknown LocalFault")
    assert.strictEqual(
      at({ evidence: after("ok", ...times(40, reason)), circuits: [work("Open")] }),
      "Unknown LocalFault"
    )
  })

  it("is the provider's where another one has answered since", () => {
    const evidence = after("ok", ...times(5, dns))
    assert.strictEqual(at({ evidence, othersAnsweredAt: 999 }), "Unknown LocalFault")
    assert.strictEqual(at({ evidence, othersAnsweredAt: 1_000 }), "Down DnsFailed")
    assert.strictEqual(at({ evidence: after("ok", dns), othersAnsweredAt: 1_000 }), "Degraded DnsFailed")
  })

  it("a connection that was lost when the network went does not change that", () => {
    assert.strictEqual(at({ evidence: after("ok", reset, ...times(20, dns)) }), "Unknown LocalFault")
    assert.strictEqual(at({ evidence: after("ok", ...times(5, broken), dns) }), "Down DnsFailed")
  })

  it("hides no person's word", () => {
    assert.strictEqual(at({ evidence: after(dns), circuits: [work("Isolated")] }), "Down Isolated")
  })
})

const reasons: ReadonlyArray<Step> = [
  "ok",
  dns,
  noRoute,
  notConnected,
  broken,
  reset,
  limited,
  refused,
  unknownKey,
  { _tag: "InsufficientBalance" },
  { _tag: "StorageFailed", problem: "DiskFull", detail: "" }
]
const Traffic = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: reasons.length - 1 })))
const trafficOf = (indices: ReadonlyArray<number>): ReadonlyArray<Step> => indices.map((it) => reasons[it]!)

describe("for any traffic", () => {
  it.prop("local faults alone never bring a provider down", [Traffic], ([indices]) => {
    const local = trafficOf(indices).filter((it) => it === "ok" || ["way", "nothing"].includes(kindOfFailure(it)))
    assert.notMatch(at({ evidence: after(...local) }, local.length * 1_000), /^(Down|Degraded)/)
  })

  it.prop("an answer ends being down", [Traffic], ([indices]) => {
    const traffic = trafficOf(indices)
    assert.notMatch(at({ evidence: after(...traffic, "ok") }, traffic.length * 1_000), /^(Down|Unknown)/)
  })

  it.prop(
    "one that is not down because of a failure has fewer than five of them, or is seen by no other",
    [Traffic],
    ([indices]) => {
      const traffic = [...trafficOf(indices), broken]
      const evidence = after(...traffic)
      const status = at({ evidence, othersAnsweredAt: 1e9 }, traffic.length * 1_000)
      const row = evidence.row!
      assert.strictEqual(status.startsWith("Down"), row.account !== undefined || row.faults + row.onTheWay >= 5)
    }
  )
})

describe("readiness", () => {
  it.prop(
    "is denied exactly for what is named",
    [Schema.Boolean, Schema.Boolean, Schema.Array(HealthStatus)],
    ([isEnding, hasStoreTrouble, providers]) => {
      const because = decideReadiness({ isEnding, hasStoreTrouble, providers })
      assert.strictEqual(because.includes("ShuttingDown"), isEnding)
      assert.strictEqual(because.includes("StoreFailed"), hasStoreTrouble)
      assert.strictEqual(
        because.includes("EveryProviderDown"),
        providers.length > 0 && providers.every((it) => it === "Down")
      )
    }
  )
})
