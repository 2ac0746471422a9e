/**
 * Many calls over providers that fail, at a pace of people: workers that ask one after the other, at real latencies, in
 * virtual time. What came of it, and what it took.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Cause from "effect/Cause"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"
import * as Mock from "../../mock-layers/Mock.ts"
import type { ScriptDocument } from "../../mock-layers/simulation/Script.ts"
import type { Provenance } from "../../schemas/Provenance.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { CallStatistics, type OperationStatistics } from "../../src/telemetry/CallStatistics.ts"

/** What is asked for, by how many workers. **Units** `concurrency` in requests on the wire, as the setting. */
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
  readonly others: ReadonlyMap<string, number>
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

/** Submits fail at random only in ways that prove that nothing was processed. */
export const provenSubmitFaults = ["rate-limited", "unavailable", "refused"] as const

/** Limits are kept and never reached: they are not what is measured here. */
const unlimited = (concurrency: number | undefined): SettingsDocument => {
  const common = {
    rateLimit: [{ requests: 1_000_000, window: 1 }],
    queueLimit: 1_000_000,
    ...(concurrency === undefined ? {} : { concurrency })
  } as const
  return { deepseek: common, nanobanana: common }
}

const wordOf = (
  exit: Exit.Exit<{ readonly provenance: Provenance }, { readonly reason: { readonly _tag: string } }>
) => {
  if (Exit.isSuccess(exit)) return exit.value.provenance._tag
  const error = Cause.findErrorOption(exit.cause)
  if (error._tag === "None") return "Defect"
  const { reason } = error.value
  const stoppedBy: unknown = Reflect.get(error.value, "stoppedBy")
  return typeof stoppedBy === "string" ? `${reason._tag}, ${stoppedBy}` : reason._tag
}

const askOnce = (kind: FlakyLoad["kind"], prompt: string) =>
  kind === "enhancements"
    ? Effect.exit(PromptEnhancer.use((it) => it.enhance({ prompt })))
    : Effect.exit(
        ImageGenerator.use((it) => it.generate({ prompt, parameters: { width: 64, height: 64, quality: "low" } }))
      )

/** Runs the load in a world of its own. */
export const flakyOutcome = ({
  calls,
  concurrency,
  kind,
  script,
  seed,
  workers
}: FlakyLoad): Effect.Effect<FlakyOutcome> =>
  Effect.gen(function* () {
    const words = new Map<string, number>()
    let left = calls
    const worker = Effect.gen(function* () {
      while (left > 0) {
        left -= 1
        const word = wordOf(yield* askOnce(kind, `a red fox, number ${left}`))
        words.set(word, (words.get(word) ?? 0) + 1)
      }
    })
    const all = yield* Effect.forkChild(
      Effect.forEach(Array.from({ length: workers }), () => worker, { concurrency: "unbounded", discard: true })
    )
    while (all.pollUnsafe() === undefined) yield* TestClock.adjust("10 minutes")
    yield* Fiber.join(all)
    const statistics = yield* CallStatistics.use((it) => it.snapshot)
    const sum = (count: (it: OperationStatistics) => number) => statistics.reduce((total, it) => total + count(it), 0)
    const others = new Map([...words].filter(([word]) => word !== "Live" && word !== "Cached"))
    return {
      calls,
      liveOrCached: (words.get("Live") ?? 0) + (words.get("Cached") ?? 0),
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
      Layer.merge(Mock.layerWith({ seed, ...script, settings: unlimited(concurrency) }), Logger.layer([]))
    ),
    Random.withSeed(seed)
  )
