import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import * as MemoryCostLedger from "../../../layers/money/MemoryCostLedger.ts"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import { AttemptFailed } from "../../../schemas/Failures.ts"
import type { Outcome, Payment } from "../../../schemas/Provider.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import type { Attempt } from "../../../src/pipeline/Attempt.ts"
import { type CallPlan, Pipeline } from "../../../src/pipeline/Pipeline.ts"
import * as MemoryPermitStores from "../../../layers/rate-limit/MemoryPermitStores.ts"
import * as ProtectedPipeline from "../../../layers/pipeline/ProtectedPipeline.ts"
import { MemoryPermitStore } from "../../../src/policy/rate-limit/MemoryPermitStore.ts"
import type { PermitStore } from "../../../src/policy/rate-limit/PermitStore.ts"
import { PermitStores } from "../../../src/policy/rate-limit/PermitStores.ts"
import { RetryPolicy } from "../../../src/policy/retry/RetryPolicy.ts"
import { retrySchedule } from "../../../src/policy/retry/RetrySchedule.ts"
import { withCall } from "../../../src/pipeline/WithCall.ts"
import { recordCalls, tagsOf } from "../../support/CallRecorder.ts"
import * as NoKeyStore from "../../../layers/vault/NoKeyStore.ts"
import { KeyCheck } from "../../../src/vault/KeyCheck.ts"

const retryPolicy = Layer.succeed(RetryPolicy, { schedule: retrySchedule })

const keyCheck = Layer.succeed(KeyCheck, { question: () => undefined })

const noDefaults = { deadline: Duration.zero, attemptLimit: 100 }

const layer = ProtectedPipeline.layer.pipe(
  Layer.provide(Layer.mergeAll(MemoryPermitStores.layer, NoKeyStore.layer, keyCheck)),
  Layer.provideMerge(
    Layer.mergeAll(Layer.provideMerge(MemoryCostLedger.layer, Layer.orDie(layerFromCode({}))), retryPolicy)
  )
)

const failed = (reason: ApiReason, outcome: Outcome = "Refused") =>
  new AttemptFailed({ provider: "deepseek", operation: "chat", reason, outcome })

const unavailable: ApiReason = { _tag: "ServiceUnavailable", status: 503 }
const malformed: ApiReason = { _tag: "MalformedResponse", contentType: "", bytes: 1, sha256: "", problem: "x" }

const planOf = (
  attempt: (attempt: Attempt) => Effect.Effect<string, AttemptFailed>,
  own: Partial<CallPlan<string>> = {}
): CallPlan<string> => ({
  provider: "deepseek",
  operation: "chat",
  payment: "metered",
  request: { fieldLengths: { prompt: 5 }, bodySha256: "abc", parameters: { mode: "balanced" } },
  attemptTimeout: Duration.seconds(12),
  retryLimit: 3,
  backoffBase: Duration.millis(500),
  backoffCap: Duration.seconds(20),
  privateTexts: [],
  bound: { usdMicros: 100, basis: "measured" },
  cost: () => ({ usdMicros: 7, basis: "measured" }),
  attempt,
  ...own
})

/** Answers the outcomes one after the other, and counts how often it was asked. */
const answering = (answers: ReadonlyArray<AttemptFailed | string>) => {
  const asked: Array<Attempt> = []
  const attempt = (it: Attempt) =>
    Effect.suspend(() => {
      asked.push(it)
      const answer = answers[Math.min(asked.length, answers.length) - 1]
      return answer instanceof AttemptFailed ? Effect.fail(answer) : Effect.succeed(answer ?? "")
    })
  return { asked, attempt }
}

const run = (plan: CallPlan<string>) => Pipeline.use((pipeline) => pipeline.run(plan))

/** Lets a call run through all its waits. */
const throughAllWaits = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.await(fiber)
  })

const errorOf = <A, E>(exit: Exit.Exit<A, E>): E => {
  if (Exit.isSuccess(exit)) throw new Error("it succeeded")
  const error = Cause.findErrorOption(exit.cause)
  if (error._tag === "None") throw new Error(Cause.pretty(exit.cause))
  return error.value
}

describe("the pipeline", () => {
  it.effect("tells a call that succeeds at once in this order, and settles its cost", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        const result = yield* run(planOf(answering(["yes"]).attempt))
        assert.deepStrictEqual(result, { answer: "yes", attempts: 1, cost: { usdMicros: 7, basis: "measured" } })
        assert.deepStrictEqual(tagsOf(events), [
          "CallStarted",
          "AttemptStarted",
          "AttemptSucceeded",
          "CallSucceeded",
          "CallEnded"
        ])
        assert.deepInclude(yield* CostLedger.use((it) => it.totals()), { reserved: 0, spent: 7 })
      })
    ).pipe(Effect.provide(layer))
  )

  it.effect("retries what the table retries, one attempt after the other, and tells each", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        const provider = answering([failed(unavailable), failed(unavailable), "yes"])
        const exit = yield* throughAllWaits(run(planOf(provider.attempt)))
        assert.isTrue(Exit.isSuccess(exit))
        assert.deepStrictEqual(
          provider.asked.map((it) => it.number),
          [1, 2, 3]
        )
        assert.deepStrictEqual(tagsOf(events), [
          "CallStarted",
          "AttemptStarted",
          "AttemptFailed",
          "RetryScheduled",
          "AttemptStarted",
          "AttemptFailed",
          "RetryScheduled",
          "AttemptStarted",
          "AttemptSucceeded",
          "CallSucceeded",
          "CallEnded"
        ])
      })
    ).pipe(Effect.provide(layer))
  )

  it.effect("sends exactly one request more than the retry limit, and says that attempts ended it", () =>
    Effect.gen(function* () {
      const provider = answering([failed(unavailable)])
      const error = errorOf(yield* throughAllWaits(run(planOf(provider.attempt))))
      assert.strictEqual(provider.asked.length, 4)
      assert.deepInclude(error, { _tag: "ApiError", attempts: 4, stoppedBy: "AttemptsExhausted", isRetryable: true })
    }).pipe(Effect.provide(layer))
  )

  it.effect("ends at the first failure that no retry can mend", () =>
    Effect.gen(function* () {
      const provider = answering([failed({ _tag: "InsufficientBalance" })])
      const error = errorOf(yield* throughAllWaits(run(planOf(provider.attempt))))
      assert.strictEqual(provider.asked.length, 1)
      assert.deepInclude(error, { attempts: 1, isRetryable: false, outcome: "Refused" })
      assert.notProperty(error, "stoppedBy")
    }).pipe(Effect.provide(layer))
  )

  it.effect("never sends a paid submit again after an outcome that proves nothing", () =>
    Effect.gen(function* () {
      const provider = answering([failed({ _tag: "ServerFailed", status: 500 }, "Unknown"), "yes"])
      const payment: Payment = "paidSubmit"
      const error = errorOf(yield* throughAllWaits(run(planOf(provider.attempt, { payment }))))
      assert.strictEqual(provider.asked.length, 1)
      assert.deepInclude(error, { outcome: "Unknown", isRetryable: false })
    }).pipe(Effect.provide(layer))
  )

  it.effect("asks once more with a correction after a malformed answer, and quotes what was wrong", () =>
    Effect.gen(function* () {
      const provider = answering([failed(malformed, "Done")])
      const error = errorOf(yield* throughAllWaits(run(planOf(provider.attempt))))
      assert.deepStrictEqual(
        provider.asked.map((it) => it.previous?.reason),
        [undefined, malformed]
      )
      assert.deepInclude(error, { attempts: 2, stoppedBy: "AttemptsExhausted" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("tells nothing of a key or prompt that a provider echoes in its id, its host or its media type", () =>
    Effect.gen(function* () {
      const secretKey = "canarykey0f9a8b7c"
      const secretPrompt = "zebracanary under a violet sky"
      const echo = (reason: ApiReason) =>
        new AttemptFailed({
          provider: "deepseek",
          operation: "chat",
          reason,
          outcome: "NotSent",
          providerRequestId: `id-${secretPrompt.replaceAll(" ", "")}`
        })
      const facts = { contentType: `text/${secretKey}`, bytes: 1, sha256: "0" }
      const failures = [
        echo({ _tag: "DnsFailed", host: `${secretKey}.test`, isTemporary: false }),
        echo({ _tag: "MalformedResponse", ...facts, problem: "not JSON" })
      ]
      for (const failure of failures) {
        const provider = answering([failure])
        const secrets = {
          key: { _tag: "Given", key: Redacted.make(secretKey) } as const,
          privateTexts: [secretPrompt],
          retryLimit: 0
        }
        const told = yield* recordCalls((events) =>
          Effect.map(throughAllWaits(run({ ...planOf(provider.attempt), ...secrets })), (exit) =>
            JSON.stringify([errorOf(exit), events])
          )
        )
        assert.notInclude(told, secretKey)
        assert.notInclude(told, "zebracanary")
        assert.include(told, failure.reason._tag)
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("asks with a correction once in a call, also where something else failed in between", () =>
    Effect.gen(function* () {
      const busy = failed({ _tag: "ServiceUnavailable", status: 503 }, "Refused")
      const provider = answering([failed(malformed, "Done"), busy, failed(malformed, "Done")])
      const error = errorOf(yield* throughAllWaits(run(planOf(provider.attempt))))
      assert.deepInclude(error, { attempts: 3, stoppedBy: "AttemptsExhausted", reason: malformed })
    }).pipe(Effect.provide(layer))
  )

  it.effect("lets one deadline bound all attempts and waits together", () =>
    Effect.gen(function* () {
      const timeouts: Array<number> = []
      const slow = (attempt: Attempt) =>
        Effect.suspend(() => {
          timeouts.push(Duration.toMillis(attempt.timeout))
          return Effect.andThen(
            Effect.sleep(attempt.timeout),
            Effect.fail(failed({ _tag: "TimedOut", phase: "body", limit: attempt.timeout }, "Unknown"))
          )
        })
      const fiber = yield* Effect.forkChild(
        Effect.flip(
          withCall(
            { deadline: Duration.seconds(30) },
            () => noDefaults,
            () => run(planOf(slow))
          )
        )
      )
      yield* TestClock.adjust("30 seconds")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error._tag, "ApiError")
      assert.strictEqual(timeouts[0], 12_000)
      assert.isAtMost(timeouts.at(-1) ?? 0, 30_000 - 12_000)
      assert.isAtMost(yield* Clock.currentTimeMillis, 30_000)
    }).pipe(Effect.provide(layer))
  )

  it.effect("ends now, with the hint untouched, when the hint lies beyond the deadline", () =>
    Effect.gen(function* () {
      const provider = answering([failed({ _tag: "RateLimited", retryAfter: Duration.seconds(120) }), "yes"])
      const error = yield* Effect.flip(run(planOf(provider.attempt)))
      assert.deepInclude(error, { _tag: "ApiError", stoppedBy: "HintBeyondDeadline" })
      assert.deepStrictEqual(error.retryAfter, Duration.seconds(120))
      assert.strictEqual(yield* Clock.currentTimeMillis, 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("refuses a call whose deadline has passed before anything is sent", () =>
    Effect.gen(function* () {
      const provider = answering(["yes"])
      const late = withCall(
        { deadline: Duration.millis(5) },
        () => noDefaults,
        () => Effect.andThen(Effect.sleep("10 millis"), run(planOf(provider.attempt)))
      )
      const error = errorOf(yield* throughAllWaits(late))
      assert.deepInclude(error, { _tag: "Rejection", outcome: "NotSent", isRetryable: true })
      assert.strictEqual(provider.asked.length, 0)
    }).pipe(Effect.provide(layer))
  )

  it.effect("counts nested calls in one budget of attempts, under one id and one deadline", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        yield* withCall(
          { deadline: Duration.seconds(5) },
          () => noDefaults,
          (outer) =>
            Effect.gen(function* () {
              yield* run(planOf(answering(["one"]).attempt))
              yield* withCall(
                { deadline: Duration.seconds(60) },
                () => noDefaults,
                (inner) =>
                  Effect.gen(function* () {
                    assert.strictEqual(inner.callId, outer.callId)
                    assert.strictEqual(inner.deadlineAt, outer.deadlineAt)
                    yield* run(planOf(answering(["two"]).attempt))
                  })
              )
              assert.strictEqual(outer.attempts.count, 2)
            })
        )
        assert.strictEqual(new Set(events.map((event) => "callId" in event && event.callId)).size, 1)
      })
    ).pipe(Effect.provide(layer))
  )

  it.effect("ends with the interrupted caller: no retry, money settled at the bound only if it was sent", () =>
    Effect.gen(function* () {
      const hanging = (isSent: boolean) => (attempt: Attempt) =>
        Effect.suspend(() => {
          if (isSent) attempt.observer?.onSend()
          return Effect.never
        })
      for (const [isSent, spent] of [
        [false, 0],
        [true, 100]
      ] as const) {
        const before = yield* CostLedger.use((it) => it.totals())
        const fiber = yield* Effect.forkChild(run(planOf(hanging(isSent))), { startImmediately: true })
        yield* Fiber.interrupt(fiber)
        const after = yield* CostLedger.use((it) => it.totals())
        assert.strictEqual(after.spent - before.spent, spent)
        assert.strictEqual(after.reserved, 0)
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("sends nothing without a permit that is kept, and says what is wrong with its place", () =>
    Effect.gen(function* () {
      const full = { _tag: "StorageFailed", problem: "DiskFull", detail: "keeping a permit: SQLite code 13" } as const
      let grants = 1
      const store = new MemoryPermitStore([])
      const failing: PermitStore = {
        acquire: (now, leaseUntil) => (grants-- > 0 ? store.acquire(now, leaseUntil) : full),
        end: (permit, at) => store.end(permit, at),
        giveBack: (permit) => store.giveBack(permit),
        configure: () => undefined,
        forecast: (position, now, notBefore) => store.forecast(position, now, notBefore),
        usage: (now) => store.usage(now)
      }
      const own = ProtectedPipeline.layer.pipe(
        Layer.provide(
          Layer.mergeAll(Layer.succeed(PermitStores, { storeOf: () => failing }), NoKeyStore.layer, keyCheck)
        ),
        Layer.provide(
          Layer.mergeAll(Layer.provideMerge(MemoryCostLedger.layer, Layer.orDie(layerFromCode({}))), retryPolicy)
        )
      )
      yield* Effect.gen(function* () {
        const once = answering([failed(unavailable), "never"])
        const stopped = yield* throughAllWaits(Effect.flip(run(planOf(once.attempt))))
        const failure = stopped._tag === "Success" ? stopped.value : assert.fail("it went well")
        assert.strictEqual(failure._tag === "ApiError" && failure.stoppedBy, "StorageFailed")
        assert.strictEqual(once.asked.length, 1)
        const never = answering(["never"])
        const refused = yield* Effect.flip(run(planOf(never.attempt)))
        assert.deepStrictEqual([refused._tag, refused.reason], ["Rejection", full])
        assert.strictEqual(never.asked.length, 0)
      }).pipe(Effect.provide(own))
    })
  )

  it.effect("lets a host bring its own schedule, which can not make an unsafe retry", () =>
    Effect.gen(function* () {
      const everySecond = Layer.succeed(RetryPolicy, { schedule: () => Schedule.spaced("1 second") })
      const own = ProtectedPipeline.layer.pipe(
        Layer.provide(Layer.mergeAll(MemoryPermitStores.layer, NoKeyStore.layer, keyCheck)),
        Layer.provide(
          Layer.mergeAll(Layer.provideMerge(MemoryCostLedger.layer, Layer.orDie(layerFromCode({}))), everySecond)
        )
      )
      const patient = answering([failed(unavailable), failed(unavailable), "yes"])
      const fiber = yield* Effect.forkChild(run(planOf(patient.attempt)).pipe(Effect.provide(own)))
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).attempts, 3)
      const paid = answering([failed({ _tag: "TimedOut", phase: "body", limit: Duration.seconds(30) }, "Unknown")])
      yield* throughAllWaits(run(planOf(paid.attempt, { payment: "paidSubmit" })).pipe(Effect.provide(own)))
      assert.strictEqual(paid.asked.length, 1)
    })
  )

  it.effect("keeps what was spent on failed attempts in the error's cost", () =>
    Effect.gen(function* () {
      const provider = answering([failed({ _tag: "ConnectionLost", phase: "body", code: "ECONNRESET" }, "Unknown")])
      const error = errorOf(yield* throughAllWaits(run(planOf(provider.attempt))))
      assert.deepInclude(error, { cost: { usdMicros: 400, basis: "estimated" } })
    }).pipe(Effect.provide(layer))
  )

  it.effect("lets a defect be a defect, without the key and the prompt in it", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(
          run(
            planOf(() => Effect.die(new Error("broke on sk-canary-1 with a red fox")), {
              key: { _tag: "Given", key: Redacted.make("sk-canary-1") },
              privateTexts: ["a red fox"]
            })
          )
        )
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        assert.include(tagsOf(events), "DefectCaught")
        const printed = inspect([exit, events], { depth: 20 }) + (Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "")
        assert.notInclude(printed, "sk-canary-1")
        assert.notInclude(printed, "a red fox")
        assert.deepInclude(yield* CostLedger.use((it) => it.totals()), { reserved: 0 })
      })
    ).pipe(Effect.provide(layer))
  )
})
