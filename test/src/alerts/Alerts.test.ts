/** Alerts of a program: what is raised by what happens in it, and when it is over. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { AlertNotice } from "../../../schemas/Alert.ts"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import { CallId, defaultOwner } from "../../../schemas/Identifiers.ts"
import { KeyId } from "../../../schemas/Key.ts"
import { Operation, Outcome, type Provider } from "../../../schemas/Provider.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { AlertFacts, paymentOf } from "../../../src/alerts/AlertFacts.ts"
import { Alerts } from "../../../src/alerts/Alerts.ts"
import { make as makeAlerts } from "../../../src/alerts/MakeAlerts.ts"
import type { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { JobLedger } from "../../../src/job/JobLedger.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { recover, recoveryRows } from "../../../src/policy/recovery/Recovery.ts"
import type { EventFeed } from "../../../src/telemetry/EventFeed.ts"
import { throughTime } from "../../support/ThroughTime.ts"

const callId = CallId.make("call-1")
const request = { fieldLengths: {}, bodySha256: "", parameters: {} }

const failedAttempt = (provider: Provider, operation: Operation, reason: ApiReason, outcome: Outcome, at: number) =>
  ({
    _tag: "AttemptFailed",
    callId,
    owner: defaultOwner,
    provider,
    operation,
    at,
    attempt: 1,
    elapsed: Duration.zero,
    admission: { waited: Duration.zero, circuit: "Closed" },
    failure: { provider, operation, reason, outcome } as AttemptFailed,
    request
  }) as const

/** Runs over a world, and gives the notices besides. */
const withNotices = <A, E>(
  body: Effect.Effect<A, E, Alerts | AdmissionControl | EventFeed | PromptEnhancer | ImageGenerator>
) =>
  Effect.gen(function* () {
    const told: Array<AlertNotice> = []
    const alerts = yield* Alerts
    const reader = yield* Effect.forkChild(
      Stream.runForEach(alerts.notices, (notice) => Effect.sync(() => void told.push(notice)))
    )
    yield* Effect.yieldNow
    yield* body
    yield* Effect.yieldNow
    yield* Fiber.interrupt(reader)
    return told.map(({ _tag, alert }) => `${_tag} ${alert.severity} ${alert.name} ${alert.subject}`)
  })

const enhance = (prompt: string) => throughTime(PromptEnhancer.use((it) => it.enhance({ prompt })))

describe("what is raised", () => {
  it.effect("a limit that fills up, from one severity to the other, and is free again", () =>
    Effect.gen(function* () {
      const told = yield* withNotices(
        Effect.gen(function* () {
          for (let call = 0; call < 8; call++) yield* enhance(`fox ${call}`)
          yield* TestClock.adjust("1 second")
          for (let call = 8; call < 10; call++) yield* enhance(`fox ${call}`)
          yield* TestClock.adjust("10 seconds")
          yield* TestClock.adjust("15 minutes")
          yield* TestClock.adjust("2 minutes")
        })
      )
      assert.deepStrictEqual(told, [
        "Raised warning RateLimitUse deepseek chat, 10 in 10min",
        "Escalated critical RateLimitUse deepseek chat, 10 in 10min",
        "Resolved critical RateLimitUse deepseek chat, 10 in 10min"
      ])
    }).pipe(Effect.provide(Mock.layerWith({ settings: { deepseek: { rateLimit: { requests: 10, window: 600 } } } })))
  )

  it.effect("a circuit, until it is closed for a while; one that flaps is told once", () =>
    Effect.gen(function* () {
      const { door } = yield* AdmissionControl
      const { circuit } = door("deepseek", "chat")
      const told = yield* withNotices(
        Effect.gen(function* () {
          for (let turn = 0; turn < 5; turn++) {
            circuit.isolate(0)
            yield* TestClock.adjust("10 seconds")
            circuit.reset(0)
            yield* TestClock.adjust("10 seconds")
          }
          yield* TestClock.adjust("2 minutes")
        })
      )
      assert.deepStrictEqual(told, [
        "Raised warning CircuitOpened deepseek chat",
        "Resolved warning CircuitOpened deepseek chat"
      ])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("a budget at 80 % and at all of it, until the day is over", () =>
    Effect.gen(function* () {
      const costs = yield* CostLedger
      const hold = (reference: string, usdMicros: number) =>
        costs.hold(
          { reference, callId, owner: defaultOwner, provider: "nanobanana", operation: "submit" },
          { usdMicros, basis: "estimated" }
        )
      const told = yield* withNotices(
        Effect.gen(function* () {
          yield* hold("job:1", 80)
          yield* enhance("a red fox")
          yield* TestClock.adjust("1 second")
          yield* hold("job:2", 20)
          yield* enhance("a red fox")
          yield* TestClock.adjust("10 seconds")
          yield* TestClock.adjust("1 day")
          yield* TestClock.adjust("2 minutes")
        })
      )
      assert.deepStrictEqual(told, [
        "Raised warning BudgetUse perDay",
        "Escalated critical BudgetUse perDay",
        "Resolved critical BudgetUse perDay"
      ])
    }).pipe(Effect.provide(Mock.layerWith({ settings: { budget: { perDay: 100 } } })))
  )

  it.effect("a key that the provider does not know (401), with the call that told it", () =>
    Effect.gen(function* () {
      yield* enhance("a red fox")
      const active = yield* Alerts.use((it) => it.active)
      const fault = active.find(({ name }) => name === "ProviderFault")
      assert.strictEqual(fault?.subject, "deepseek chat KeyRejected")
      assert.isDefined(fault?.callId)
      assert.includeMembers(
        active.map(({ name, subject }) => `${name} ${subject}`),
        ["KeyRetired deepseek", "NoHealthyKey deepseek"]
      )
    }).pipe(Effect.provide(Mock.layerWith({ faults: [{ fault: "unauthorized" }] })))
  )

  it.effect("an idle program looks at nothing", () =>
    Effect.gen(function* () {
      const { timeouts } = yield* AdmissionControl
      assert.strictEqual(timeouts.size, 0)
      yield* enhance("a red fox")
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(timeouts.size, 0)
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("who asks for the alerts", () => {
  /** Alerts over a job ledger that waits at its first question until it is let go. */
  const held = Effect.gen(function* () {
    const ledger = yield* JobLedger
    const gate = yield* Deferred.make<void>()
    const isAsked = yield* Deferred.make<void>()
    const countOf: (typeof ledger)["countOf"] = (state) =>
      Effect.andThen(Effect.andThen(Deferred.succeed(isAsked, undefined), Deferred.await(gate)), ledger.countOf(state))
    const alerts = yield* Effect.provideService(makeAlerts, JobLedger, { ...ledger, countOf })
    return { alerts, gate, isAsked }
  })

  it.effect("while a look is under way hears of what came after it began", () =>
    Effect.gen(function* () {
      const { alerts, gate, isAsked } = yield* held
      const { circuit } = (yield* AdmissionControl).door("deepseek", "chat")
      const before = yield* Effect.forkChild(alerts.active)
      yield* Deferred.await(isAsked)
      circuit.isolate(0)
      const after = yield* Effect.forkChild(alerts.active)
      yield* Effect.yieldNow
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(yield* Fiber.join(before), [])
      assert.deepStrictEqual(
        (yield* Fiber.join(after)).map(({ name }) => name),
        ["CircuitOpened"]
      )
    }).pipe(Effect.scoped, Effect.provide(Mock.layer))
  )

  it.effect("and leaves takes no look along that others wait for", () =>
    Effect.gen(function* () {
      const { alerts, gate, isAsked } = yield* held
      const first = yield* Effect.forkChild(alerts.active)
      yield* Deferred.await(isAsked)
      const second = yield* Effect.forkChild(alerts.active)
      yield* Effect.yieldNow
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(yield* Fiber.join(second), [])
    }).pipe(Effect.scoped, Effect.provide(Mock.layer))
  )
})

describe("the facts", () => {
  const samples = Object.keys(recoveryRows) as ReadonlyArray<ApiReason["_tag"]>

  it("every cell of the recovery table that says alert raises one, and no other does; our own disk is no provider's", () => {
    for (const _tag of samples) {
      for (const operation of Operation.literals) {
        for (const outcome of Outcome.literals) {
          const facts = new AlertFacts()
          const reason = { _tag } as ApiReason
          facts.hear(failedAttempt("nanobanana", operation, reason, outcome, 1_000))
          const raised = facts.observe(1_000).flatMap(({ level, name }) => (level >= 1 ? [name] : []))
          const { alert } = recover(reason, paymentOf(operation), outcome)
          const expected = _tag === "StorageFailed" ? "StorageTrouble" : "ProviderFault"
          assert.deepStrictEqual(raised, alert ? [expected] : [], `${_tag} ${operation} ${outcome}`)
        }
      }
    }
  })

  it("a fault counts until the operation succeeds, or for ten minutes", () => {
    const facts = new AlertFacts()
    facts.hear(failedAttempt("deepseek", "chat", { _tag: "KeyRejected" }, "Refused", 0))
    facts.hear(failedAttempt("deepseek", "chat", { _tag: "KeyRejected" }, "Refused", 1_000))
    assert.deepStrictEqual(
      facts.observe(601_000).map(({ level }) => level),
      [2]
    )
    assert.deepStrictEqual(facts.observe(601_001), [])
  })

  it("a retired key counts until the account has another one; one that a person retired never does", () => {
    const key = { provider: "deepseek", scope: "deepseek", keyId: KeyId.make("k"), at: 0, remedy: "add one" } as const
    const facts = new AlertFacts()
    facts.hear({ _tag: "KeyRetired", ...key, because: "ByHand" })
    assert.deepStrictEqual(facts.observe(0), [])
    facts.hear({ _tag: "KeyRetired", ...key, because: "Rejected" })
    assert.deepStrictEqual(
      facts.observe(0).map(({ name }) => name),
      ["KeyRetired"]
    )
    facts.hear({ _tag: "KeyAdded", ...key, account: "default" } as never)
    assert.deepStrictEqual(facts.observe(0), [])
  })
})
