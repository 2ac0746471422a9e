import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as MemoryCostLedger from "../../../layers/money/MemoryCostLedger.ts"
import * as ProtectedPipeline from "../../../layers/pipeline/ProtectedPipeline.ts"
import * as MemoryPermitStores from "../../../layers/rate-limit/MemoryPermitStores.ts"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import * as MemoryKeyStore from "../../../mock-layers/vault/MemoryKeyStore.ts"
import { AttemptFailed, type CallFailure } from "../../../schemas/Failures.ts"
import type { Operation, Outcome, Payment } from "../../../schemas/Provider.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import type { Attempt } from "../../../src/pipeline/Attempt.ts"
import { type CallPlan, keyOfAccount, Pipeline } from "../../../src/pipeline/Pipeline.ts"
import { withCall } from "../../../src/pipeline/WithCall.ts"
import { RetryPolicy } from "../../../src/policy/retry/RetryPolicy.ts"
import { retrySchedule } from "../../../src/policy/retry/RetrySchedule.ts"
import { KeyCheck } from "../../../src/vault/KeyCheck.ts"
import { KeyStore } from "../../../src/vault/KeyStore.ts"
import { KeyVault } from "../../../src/vault/KeyVault.ts"
import { recordCalls, tagsOf } from "../../support/CallRecorder.ts"
import { throughTime } from "../../support/ThroughTime.ts"
import { keyOf } from "../vault/SampleKeys.ts"

type Text = string

const textOf = (attempt: Attempt): Text => (attempt.key === undefined ? "" : Redacted.value(attempt.key))

const failed = (operation: Operation, reason: ApiReason, outcome: Outcome = "Refused") =>
  new AttemptFailed({ provider: "deepseek", operation, reason, outcome })

const keyRejected: ApiReason = { _tag: "KeyRejected" }

/** A provider that takes the keys in `good`; its free endpoint, where it has one, knows those in `known`. */
const world = (options: {
  readonly good: ReadonlyArray<Text>
  readonly known?: ReadonlyArray<Text> | "unreachable"
  readonly keys?: ReadonlyArray<Text>
  readonly payment?: Payment
  readonly retryLimit?: number
  readonly outcome?: Outcome
}) => {
  const sent: Array<Text> = []
  const asked: Array<Text> = []
  const { known } = options
  const isGood = new Set(options.good)
  const plan: CallPlan<Text> = {
    provider: "deepseek",
    operation: "chat",
    payment: options.payment ?? "metered",
    request: { fieldLengths: {}, bodySha256: "", parameters: {} },
    attemptTimeout: Duration.seconds(12),
    retryLimit: options.retryLimit ?? 3,
    backoffBase: Duration.millis(500),
    backoffCap: Duration.seconds(20),
    key: keyOfAccount("deepseek", "https://api.deepseek.com"),
    privateTexts: [],
    bound: { usdMicros: 100, basis: "measured" },
    cost: () => ({ usdMicros: 7, basis: "measured" }),
    attempt: (attempt) =>
      Effect.suspend(() => {
        sent.push(textOf(attempt))
        return isGood.has(textOf(attempt))
          ? Effect.succeed(textOf(attempt))
          : Effect.fail(failed("chat", keyRejected, options.outcome))
      })
  }
  const question = (attempt: Attempt) =>
    Effect.suspend(() => {
      asked.push(textOf(attempt))
      if (known === "unreachable")
        return Effect.fail(failed("probe", { _tag: "DnsFailed", host: "x", isTemporary: false }))
      return known?.includes(textOf(attempt)) === true ? Effect.void : Effect.fail(failed("probe", keyRejected))
    })
  const store = MemoryKeyStore.layerWith(
    (options.keys ?? ["a", "b", "c"]).map((name) => ({ record: keyOf(name), key: Redacted.make(name) }))
  )
  const layer = ProtectedPipeline.layer.pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        MemoryPermitStores.layer,
        store,
        Layer.succeed(KeyCheck, { question: () => (known === undefined ? undefined : question) }),
        Layer.provideMerge(MemoryCostLedger.layer, Layer.orDie(layerFromCode({}))),
        Layer.succeed(RetryPolicy, { schedule: retrySchedule })
      )
    )
  )
  const run = throughTime(Pipeline.use((it) => it.run(plan)))
  const states = Effect.map(
    KeyVault.use((it) => it.keys),
    (keys) => Object.fromEntries(keys.map(({ id, state }) => [id, state._tag]))
  )
  return { plan, run, sent, asked, layer, states, isGood }
}

const failureOf = <A>(result: Result.Result<A, CallFailure>): CallFailure => Result.getOrThrow(Result.flip(result))
const answerOf = <A, E>(result: Result.Result<A, E>): A => Result.getOrThrow(result)

describe("a key that the provider refuses", () => {
  it.effect("and that the free endpoint does not know is retired, and the next is tried at once, with an alert", () =>
    recordCalls((events) => {
      const { asked, layer, run, sent, states } = world({ good: ["b"], known: ["b"] })
      return Effect.gen(function* () {
        const { answer, attempts } = answerOf(yield* run)
        assert.deepStrictEqual([answer, attempts], ["b", 2])
        assert.deepStrictEqual([sent, asked], [["a", "b"], ["a"]])
        assert.deepInclude(yield* states, { a: "Retired", b: "Active" })
        const retired = events.find((it) => it._tag === "KeyRetired")
        assert.deepInclude(retired, { provider: "deepseek", keyId: keyOf("a").id, because: "Rejected" })
        assert.include(retired?.remedy ?? "", "ludeng keys rotate deepseek")
        // No back-off: the second attempt begins in the very instant in which the free endpoint has answered.
        const scheduled = events.find((it) => it._tag === "RetryScheduled")
        assert.deepInclude(scheduled, { delay: Duration.zero })
        const started = events.filter((it) => it._tag === "AttemptStarted" && it.operation === "chat")
        assert.deepStrictEqual(
          started.map((it) => (it._tag === "AttemptStarted" ? it.keyId : undefined)),
          [keyOf("a").id, keyOf("b").id]
        )
        // The next call asks nobody.
        assert.strictEqual(answerOf(yield* run).attempts, 1)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("and that the free endpoint knows stays, and the call fails", () =>
    recordCalls((events) => {
      const { asked, layer, run, sent, states } = world({ good: [], known: ["a", "b", "c"] })
      return Effect.gen(function* () {
        const failure = failureOf(yield* run)
        assert.deepInclude(failure, { _tag: "ApiError", attempts: 1 })
        assert.strictEqual(failure.reason._tag, "KeyRejected")
        assert.deepStrictEqual([sent, asked], [["a"], ["a"]])
        assert.deepInclude(yield* states, { a: "Active" })
        assert.include(tagsOf(events), "KeyRefused")
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("is set aside where nothing free can be asked, and retired at its second refusal in a row", () => {
    const { isGood, layer, run, sent, states } = world({ good: ["b"] })
    return Effect.gen(function* () {
      assert.strictEqual(answerOf(yield* run).answer, "b")
      assert.deepInclude(yield* states, { a: "SetAside", b: "Active" })
      isGood.clear()
      assert.strictEqual(failureOf(yield* run).reason._tag, "KeyRejected")
      // b and c for the first time, then a for the second.
      assert.deepStrictEqual(sent, ["a", "b", "b", "c", "a"])
      assert.deepInclude(yield* states, { a: "Retired", b: "SetAside", c: "SetAside" })
      isGood.add("b")
      assert.strictEqual(answerOf(yield* run).answer, "b")
      assert.deepInclude(yield* states, { b: "Active", c: "SetAside" })
    }).pipe(Effect.provide(layer))
  })

  it.effect("is not retired because the free endpoint could not be reached", () => {
    const { layer, run, states } = world({ good: ["b"], known: "unreachable" })
    return Effect.gen(function* () {
      assert.strictEqual(answerOf(yield* run).answer, "b")
      assert.deepInclude(yield* states, { a: "SetAside" })
    }).pipe(Effect.provide(layer))
  })

  it.effect("is asked about once for many calls that were refused at once", () => {
    const { asked, layer, plan, states } = world({ good: ["b"], known: ["b"] })
    return Effect.gen(function* () {
      const calls = Effect.forEach([1, 2, 3, 4, 5], () => Pipeline.use((it) => it.run(plan)), {
        concurrency: "unbounded"
      })
      const results = answerOf(yield* throughTime(calls))
      assert.deepStrictEqual(
        results.map((it) => it.answer),
        ["b", "b", "b", "b", "b"]
      )
      assert.deepStrictEqual(asked, ["a"])
      assert.deepInclude(yield* states, { a: "Retired" })
    }).pipe(Effect.provide(layer))
  })

  it.effect("leaves the next key out of the budget of attempts that the call has", () => {
    const { layer, plan, sent } = world({ good: [], known: [] })
    return Effect.gen(function* () {
      const two = withCall(
        { attemptLimit: 2 },
        () => ({ deadline: Duration.minutes(1), attemptLimit: 9 }),
        () => Pipeline.use((it) => it.run(plan))
      )
      const failure = failureOf(yield* throughTime(two))
      assert.deepInclude(failure, { attempts: 2, stoppedBy: "AttemptsExhausted" })
      assert.deepStrictEqual(sent, ["a", "b"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("never sends a paid request again whose outcome is not known", () => {
    const { layer, run, sent } = world({ good: ["b"], known: ["b"], payment: "paidSubmit", outcome: "Unknown" })
    return Effect.gen(function* () {
      assert.strictEqual(failureOf(yield* run).reason._tag, "KeyRejected")
      assert.deepStrictEqual(sent, ["a"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("sends a paid request again that was surely refused", () => {
    const { layer, run, sent } = world({ good: ["b"], known: ["b"], payment: "paidSubmit" })
    return Effect.gen(function* () {
      assert.strictEqual(answerOf(yield* run).answer, "b")
      assert.deepStrictEqual(sent, ["a", "b"])
    }).pipe(Effect.provide(layer))
  })
})

describe("an account without a healthy key", () => {
  it.effect("is refused at once, before the door: nothing is waited for, and no permit is used", () => {
    const { layer, plan, run } = world({ good: [], known: [] })
    return Effect.gen(function* () {
      yield* run
      const failure = yield* Effect.flip(Pipeline.use((it) => it.run(plan)))
      assert.deepInclude(failure, { _tag: "Rejection" })
      assert.deepInclude(failure.reason, { _tag: "NoHealthyKey", setting: "DEEPSEEK_API_KEY" })
      const { lane, room } = yield* AdmissionControl.useSync((it) => it.door("deepseek", "chat"))
      assert.deepStrictEqual([lane.queue.size, room.bulkhead.inUse], [0, 0])
    }).pipe(Effect.provide(layer))
  })

  it.effect("is told to a call that waited at the door while the last key was retired, which leaves no trace", () => {
    const { isGood, layer, plan } = world({ good: ["a"], known: [], keys: ["a"] })
    return Effect.gen(function* () {
      const vault = yield* KeyVault
      const { lane, room } = yield* AdmissionControl.useSync((it) => it.door("deepseek", "chat"))
      room.pause(lane, 5_000)
      const waiting = yield* Effect.forkChild(Effect.flip(Pipeline.use((it) => it.run(plan))))
      yield* Effect.yieldNow
      isGood.clear()
      const lent = vault.lend({ scope: "deepseek", origin: "https://api.deepseek.com" })
      if (lent === undefined) throw new Error("no key")
      yield* vault.refused(lent, Effect.succeed("rejected"))
      vault.giveBack(lent)
      const failure = answerOf(yield* throughTime(Fiber.join(waiting)))
      assert.strictEqual(failure.reason._tag, "NoHealthyKey")
      assert.deepStrictEqual([lane.queue.size, room.bulkhead.inUse], [0, 0])
    }).pipe(Effect.provide(layer))
  })
})

describe("a pause that the provider asks for", () => {
  it.effect("cools the account and not the key", () =>
    recordCalls((events) => {
      const { layer, plan, states } = world({ good: ["a"], known: [] })
      let count = 0
      const limited = {
        ...plan,
        attempt: (attempt: Attempt) =>
          count++ === 0
            ? Effect.fail(failed("chat", { _tag: "RateLimited", retryAfter: Duration.seconds(3) }))
            : Effect.succeed(textOf(attempt))
      }
      return Effect.gen(function* () {
        assert.strictEqual(answerOf(yield* throughTime(Pipeline.use((it) => it.run(limited)))).answer, "a")
        assert.deepInclude(yield* states, { a: "Active", b: "Active" })
        const cooled = events.find((it) => it._tag === "KeyCooled")
        assert.deepInclude(cooled, { scope: "deepseek", keyId: keyOf("a").id })
      }).pipe(Effect.provide(layer))
    })
  )
})

describe("a key that is lent", () => {
  it.effect("comes back however its call ends, and drains with the last of them", () => {
    const { layer, plan, states } = world({ good: ["a", "new"] })
    return Effect.gen(function* () {
      const vault = yield* KeyVault
      const stuck = { ...plan, attempt: () => Effect.never }
      const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(Pipeline.use((it) => it.run(stuck))))
      yield* Effect.yieldNow.pipe(Effect.repeat({ times: 5 }))
      const store = yield* KeyStore
      yield* store.change({ event: { _tag: "Add", key: keyOf("new"), replaces: "all" }, key: Redacted.make("new") })
      yield* Effect.yieldNow.pipe(Effect.repeat({ times: 20 }))
      assert.deepInclude(yield* states, { a: "Draining", new: "Active" })
      for (const fiber of fibers) yield* Fiber.interrupt(fiber)
      assert.deepInclude(yield* states, { a: "Retired", new: "Active" })
      assert.isTrue(vault.has({ scope: "deepseek", origin: "https://api.deepseek.com" }))
    }).pipe(Effect.provide(layer))
  })
})

describe("calls that are interrupted at any step", () => {
  it.effect("hold no key, no slot and no place in the queue afterwards", () =>
    Effect.gen(function* () {
      for (let step = 0; step < 40; step++) {
        const { layer, plan, states } = world({ good: ["c"], known: ["c"] })
        yield* Effect.gen(function* () {
          const slow = {
            ...plan,
            attempt: (attempt: Attempt) => Effect.andThen(Effect.yieldNow, plan.attempt(attempt))
          }
          const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(Pipeline.use((it) => it.run(slow))))
          yield* Effect.yieldNow.pipe(Effect.repeat({ times: step }))
          for (const fiber of fibers) yield* Fiber.interrupt(fiber)
          yield* Effect.yieldNow.pipe(Effect.repeat({ times: 30 }))
          const store = yield* KeyStore
          yield* store.change({ event: { _tag: "Add", key: keyOf("new"), replaces: "all" }, key: Redacted.make("new") })
          yield* Effect.yieldNow.pipe(Effect.repeat({ times: 30 }))
          // A key that somebody still held would drain for ever.
          const { new: newest, ...others } = yield* states
          assert.strictEqual(newest, "Active")
          assert.deepStrictEqual(new Set(Object.values(others)), new Set(["Retired"]), `step ${step}`)
          const { lane, room } = yield* AdmissionControl.useSync((it) => it.door("deepseek", "chat"))
          assert.deepStrictEqual([lane.queue.size, room.bulkhead.inUse], [0, 0])
        }).pipe(Effect.provide(layer))
      }
    })
  )
})
