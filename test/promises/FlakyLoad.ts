/**
 * Many calls over providers that fail, at a pace of people: workers that ask one after the other, at real latencies, in
 * virtual time. What came of it, and what it took.
 */
import { assert } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"
import * as Mock from "../../mock-layers/Mock.ts"
import type { ScriptDocument } from "../../mock-layers/simulation/Script.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { Provenance } from "../../schemas/Provenance.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { CallStatistics, type OperationStatistics } from "../../src/telemetry/CallStatistics.ts"

/** What is asked for, by how many workers. **Units** `concurrency` in requests on the wire, default the setting's. */
export interface FlakyLoad {
  readonly seed: number
  readonly kind: "enhancements" | "images"
  readonly calls: number
  readonly workers: number
  readonly concurrency?: number
  readonly script: ScriptDocument
}

/** **Units** counts; `retriesPerFailed` is the mean of retries for each request whose first attempt failed. */
export interface FlakyOutcome {
  readonly calls: number
  readonly liveOrCached: number
  readonly others: Readonly<Record<string, number>>
  readonly retriesPerFailed: number
  readonly statistics: ReadonlyArray<OperationStatistics>
}

/** The latencies that the real providers are known for. */
export const realLatencies = {
  chat: { from: "2 seconds", to: "10 seconds" },
  submit: { from: "500 millis", to: "3 seconds" },
  status: { from: "100 millis", to: "500 millis" },
  download: { from: "300 millis", to: "2 seconds" },
  job: { from: "20 seconds", to: "90 seconds" }
} as const

/** 10 % of all requests fail. What fails of the submits proves, each time, that nothing was processed. */
export const flaky: ScriptDocument = {
  scenario: "flaky",
  submitFaults: ["rate-limited", "unavailable"],
  latency: realLatencies
}

/** Limits are kept and never reached: they are not what is measured here. */
const withoutLimits = (concurrency: number | undefined): SettingsDocument => {
  const common = {
    rateLimit: [{ requests: 1_000_000, window: 1 }],
    queueLimit: 1_000_000,
    ...(concurrency === undefined ? {} : { concurrency })
  }
  // The plain job API makes pictures as small as they are asked for: thousands of them cost little.
  return { deepseek: common, nanobanana: { ...common, protocol: "generic" } }
}

const wordOf = (exit: Exit.Exit<{ readonly provenance: Provenance }, CallFailure>): string => {
  if (Exit.isSuccess(exit)) return exit.value.provenance._tag
  const error = Cause.findErrorOption(exit.cause)
  if (error._tag === "None") return "Defect"
  const { value } = error
  return value._tag === "ApiError" && value.stoppedBy !== undefined
    ? `${value.reason._tag}, ${value.stoppedBy}`
    : value.reason._tag
}

const askOnce = (kind: FlakyLoad["kind"], prompt: string) =>
  kind === "enhancements"
    ? Effect.exit(PromptEnhancer.use((it) => it.enhance({ prompt })))
    : Effect.exit(
        ImageGenerator.use((it) => it.generate({ prompt, parameters: { width: 64, height: 64, quality: "low" } }))
      )

/** Nobody who was refused at once comes back at once. **Units** milliseconds. */
const longestPauseMillis = { enhancements: 2_000, images: 20_000 }

/** Runs the load in a world of its own. */
export const flakyOutcome = (load: FlakyLoad): Effect.Effect<FlakyOutcome> => {
  const { calls, concurrency, kind, script, seed, workers } = load
  return Effect.gen(function* () {
    const words: Record<string, number> = {}
    let left = calls
    const pause = Effect.flatMap(Random.nextIntBetween(0, longestPauseMillis[kind]), (millis) =>
      Effect.sleep(Duration.millis(millis))
    )
    const worker = Effect.gen(function* () {
      yield* pause
      while (left > 0) {
        left -= 1
        const word = wordOf(yield* askOnce(kind, `a red fox, number ${left}`))
        words[word] = (words[word] ?? 0) + 1
        yield* pause
      }
    })
    const all = yield* Effect.forkChild(
      Effect.forEach(Array.from({ length: workers }), () => worker, { concurrency: "unbounded", discard: true })
    )
    while (all.pollUnsafe() === undefined) yield* TestClock.adjust("10 minutes")
    yield* Fiber.join(all)
    const statistics = yield* CallStatistics.use((it) => it.snapshot)
    const sum = (count: (it: OperationStatistics) => number) => statistics.reduce((total, it) => total + count(it), 0)
    const { Cached = 0, Live = 0, ...others } = words
    return {
      calls,
      liveOrCached: Live + Cached,
      others,
      retriesPerFailed:
        sum((it) => it.retries) /
        Math.max(
          1,
          sum((it) => it.rescued + it.failed)
        ),
      statistics
    }
  }).pipe(
    Effect.provide(
      Layer.merge(Mock.layerWith({ seed, ...script, settings: withoutLimits(concurrency) }), Logger.layer([]))
    ),
    Random.withSeed(seed)
  )
}

/** The least share of calls that end `Live` or `Cached`. */
export const leastShare = { enhancements: 0.999, images: 0.995 } as const

/** Checks the outcomes of all loads of one kind together; the statistics of each must add up. */
export const assertFlaky = (kind: FlakyLoad["kind"], outcomes: ReadonlyArray<FlakyOutcome>): void => {
  const total = (count: (it: FlakyOutcome) => number) => outcomes.reduce((sum, it) => sum + count(it), 0)
  const share = total((it) => it.liveOrCached) / total((it) => it.calls)
  assert.isAtLeast(share, leastShare[kind], JSON.stringify(outcomes.map((it) => it.others)))
  for (const { retriesPerFailed, statistics } of outcomes) {
    assert.isBelow(retriesPerFailed, 3)
    for (const it of statistics) {
      assert.strictEqual(it.attempts, it.firstAttempts + it.retries)
      assert.strictEqual(it.calls, it.succeeded + it.failed)
      assert.strictEqual(it.firstAttempts, it.calls)
      const failures = [...it.failures.values()].reduce((sum, count) => sum + count, 0)
      assert.strictEqual(failures, it.attempts - it.succeeded)
      assert.isAtMost(it.rescued, it.succeeded)
      assert.isAtMost(it.givenUp, it.failed)
    }
  }
}
