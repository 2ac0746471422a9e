/**
 * What is told of calls, held against what was kept of them: calls of every kind at random, over providers that fail at
 * random, whose callers wait together, lose patience, cancel, resolve and retry. Afterwards the metrics must have the money
 * of the ledger and the calls of the statistics, and each failed call an account under its own id.
 */
import { assert } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as Prometheus from "../../layers/telemetry/Prometheus.ts"
import * as Mock from "../../mock-layers/Mock.ts"
import { FaultKind, type FaultRule } from "../../mock-layers/simulation/Script.ts"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import { type CallId, defaultOwner, IdempotencyKey, ProviderJobId } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"
import { AuditLog } from "../../src/audit/AuditLog.ts"
import { explain } from "../../src/audit/Explain.ts"
import { DeadLetters } from "../../src/dead-letter/DeadLetters.ts"
import { ManualRetries } from "../../src/dead-letter/ManualRetries.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { Illustrator } from "../../src/illustration/Illustrator.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { JobLedger } from "../../src/job/JobLedger.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"
import { CallStatistics } from "../../src/telemetry/CallStatistics.ts"
import { EventFeed } from "../../src/telemetry/EventFeed.ts"
import { seriesOf, sumOf, withOwnRegistry } from "../support/PrometheusSeries.ts"

const below = (bound: number) => Random.nextIntBetween(0, bound, { halfOpen: true })
const isOneOf = (count: number) => Effect.map(below(count), (it) => it === 0)
const oneOf = <A>(...values: readonly [A, ...ReadonlyArray<A>]) =>
  Effect.map(below(values.length), (index) => values[index] ?? values[0])

const drawFaults = Effect.gen(function* () {
  const faults: Array<FaultRule> = []
  for (let count = yield* below(6); count > 0; count--) {
    const fault = yield* oneOf<FaultKind>(...FaultKind.literals)
    const operation = yield* oneOf(
      "chat" as const,
      "submit" as const,
      "submit" as const,
      "status" as const,
      "download" as const
    )
    faults.push({ fault, operation, rate: yield* Random.next })
  }
  return faults
})

const drawOptions = Effect.gen(function* () {
  const deadline = (yield* isOneOf(2)) ? { deadline: Duration.millis(1 + (yield* below(20_000))) } : {}
  const key = (yield* isOneOf(3)) ? { idempotencyKey: IdempotencyKey.make(`order-${yield* below(4)}`) } : {}
  return { ...deadline, ...key } satisfies CallOptions
})

const image = { width: 64, height: 64, quality: "low" } as const

/** Something that one caller does. */
const action = Effect.gen(function* () {
  const { idempotencyKey, ...waiting } = yield* drawOptions
  const options = idempotencyKey === undefined ? waiting : { ...waiting, idempotencyKey }
  const prompt = `a fox of kind ${yield* below(5)}`
  // Whoever comes with the same key asks for the same.
  const request = { prompt: idempotencyKey ?? prompt, parameters: image }
  const images = yield* ImageGenerator
  const jobs = yield* Effect.orDie(JobLedger.use((it) => it.list(defaultOwner)))
  const job = jobs[yield* below(Math.max(1, jobs.length))]
  const kind = yield* oneOf(...kinds)
  switch (kind) {
    case "enhance":
      return yield* PromptEnhancer.use((it) => it.enhance({ prompt }, waiting))
    case "generate":
      return yield* images.generate(request, options)
    case "illustrate":
      return yield* Illustrator.use((it) => it.illustrate({ prompt, image }, waiting))
    case "submit":
      return yield* images.submit(request, options)
    case "retry": {
      const [letter] = yield* Effect.orDie(DeadLetters.use((it) => it.list(defaultOwner)))
      return letter === undefined ? undefined : yield* ManualRetries.use((it) => it.retry(letter.id))
    }
    default:
      return job === undefined ? undefined : yield* onJob(kind, job, waiting)
  }
})

const kinds = [
  "enhance",
  "generate",
  "illustrate",
  "submit",
  "await",
  "await",
  "watch",
  "cancel",
  "resume",
  "resolve",
  "retry"
] as const

const onJob = Effect.fnUntraced(function* (
  kind: "await" | "watch" | "cancel" | "resume" | "resolve",
  { id }: Job,
  options: CallOptions
): Effect.fn.Return<unknown, CallFailure, ImageGenerator> {
  const images = yield* ImageGenerator
  switch (kind) {
    case "await":
      return yield* images.await(id, options)
    case "watch":
      return yield* Stream.runDrain(images.watch(id, options))
    case "cancel":
      return yield* images.cancel(id, options)
    case "resume":
      return yield* images.resume(id, options)
    case "resolve":
      return yield* images.resolve(
        id,
        yield* oneOf(
          { _tag: "NotCharged" as const },
          { _tag: "LossAccepted" as const },
          { _tag: "Charged" as const, providerJobId: ProviderJobId.make(`mistyped-${id}`) }
        ),
        options
      )
  }
})

/** What a world has come to. */
export interface Told {
  readonly spent: number
  readonly waitsEnded: number
  readonly failed: number
  readonly interrupted: number
}

/** One world: its seed decides the faults, the calls and all delays. */
export const whatIsTold = (seed: number): Effect.Effect<Told> => {
  const failures: Array<CallFailure> = []
  const events: Array<CallEvent> = []

  const caller = Effect.gen(function* () {
    yield* Effect.sleep(Duration.millis(yield* below(30_000)))
    const patience = (yield* isOneOf(4)) ? Duration.millis(yield* below(10_000)) : Duration.hours(2)
    const exit = yield* Effect.exit(Effect.timeoutOption(action, patience))
    if (Exit.isFailure(exit)) for (const it of exit.cause.reasons) if (it._tag === "Fail") failures.push(it.error)
  })

  const world = Effect.gen(function* () {
    yield* (yield* EventFeed).listen((event) => void events.push(event))
    const callers = Effect.forEach(Array.from({ length: 25 }), () => caller, {
      concurrency: "unbounded",
      discard: true
    })
    const fiber = yield* Effect.forkChild(callers)
    while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust("10 minutes")
    // Most of what is still on its way comes to an end.
    yield* TestClock.adjust("1 hour")
    const series = seriesOf(yield* Prometheus.text())
    const told = `seed ${seed}`

    let spent = 0
    for (const [provider, operation] of payingOperations) {
      const lines = (yield* CostLedger.use((it) => it.lines())).filter(
        (it) => it.provider === provider && it.operation === operation
      )
      const settled = lines.reduce((sum, it) => sum + it.spent, 0)
      const counted = Math.round(1_000_000 * sumOf(series, "ludeng_cost_usd_total", { provider, operation }))
      assert.strictEqual(counted, settled, `${told}: money of ${provider} ${operation}`)
      spent += settled
    }
    const { spent: all } = yield* CostLedger.use((it) => it.totals())
    assert.strictEqual(Math.round(1_000_000 * sumOf(series, "ludeng_cost_usd_total")), all, `${told}: all money`)
    assert.strictEqual(spent, all)

    const statistics = yield* CallStatistics.use((it) => it.snapshot)
    for (const { failed, failures: reasons, interrupted, operation, provider, succeeded } of statistics) {
      const named = { provider, operation }
      const counted = (outcome: string) => sumOf(series, "ludeng_call_duration_seconds_count", { ...named, outcome })
      assert.deepStrictEqual(
        [counted("success"), counted("failure"), counted("interrupted")],
        [succeeded, failed, interrupted],
        `${told}: calls of ${provider} ${operation}`
      )
      const attempts = events.filter(
        (it) => it._tag === "AttemptFailed" && it.provider === provider && it.operation === operation
      )
      const all = [...reasons.values()].reduce((sum, it) => sum + it, 0)
      assert.strictEqual(attempts.length, all, `${told}: failed requests of ${provider} ${operation}`)
    }

    const audit = yield* AuditLog
    yield* audit.flush
    for (const { _tag, callId, reason } of failures) {
      const account = accountOf(callId, events)
      assert.isNotEmpty(account, `${told}: ${_tag} ${reason._tag} of ${callId} is told nowhere`)
      for (const id of account) {
        assert.isNotEmpty(explain(yield* audit.ofCall(id)), `${told}: nothing in the audit of ${id} (${reason._tag})`)
      }
    }
    return {
      spent,
      waitsEnded: events.filter(({ _tag }) => _tag === "WaitEnded").length,
      failed: statistics.reduce((sum, it) => sum + it.failed, 0),
      interrupted: statistics.reduce((sum, it) => sum + it.interrupted, 0)
    }
  }).pipe(Effect.orDie, Effect.scoped)

  return Effect.gen(function* () {
    const faults = yield* drawFaults
    const latency = { chat: { from: 50, to: 8_000 }, submit: { from: 50, to: 8_000 }, job: { from: 1_000, to: 60_000 } }
    const settings = { nanobanana: { protocol: "generic", priceUpperBound: 30_000 } } as const
    return yield* Effect.provide(
      world,
      Layer.merge(Mock.layerWith({ seed, faults, latency, settings }), Logger.layer([]))
    )
  }).pipe(Random.withSeed(seed), withOwnRegistry)
}

const payingOperations = [
  ["deepseek", "chat"],
  ["nanobanana", "submit"]
] as const

/** The calls under which the failure of a call is told: its own, and the one that drove its job. */
const accountOf = (callId: CallId, events: ReadonlyArray<CallEvent>): ReadonlyArray<CallId> =>
  events.flatMap((event): ReadonlyArray<CallId> => {
    if (!("callId" in event) || event.callId !== callId) return []
    if (event._tag === "WaitEnded") return [callId, event.drivenBy]
    return event._tag === "CallFailed" || event._tag === "CallRejected" ? [callId] : []
  })

/** The worlds of these seeds, summed. */
export const sumOfTold = (from: number, count: number): Effect.Effect<Told> =>
  Effect.gen(function* () {
    const sum = { spent: 0, waitsEnded: 0, failed: 0, interrupted: 0 }
    for (let seed = from; seed < from + count; seed++) {
      const told = yield* whatIsTold(seed)
      sum.spent += told.spent
      sum.waitsEnded += told.waitsEnded
      sum.failed += told.failed
      sum.interrupted += told.interrupted
    }
    return sum
  })
