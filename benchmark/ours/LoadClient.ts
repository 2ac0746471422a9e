/**
 * The library under load: its live composition over sockets, every time of its settings and circuits shorter by the same
 * scale as the latencies of the providers.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Result from "effect/Result"
import * as Live from "../../layers/Live.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { AdmissionControl } from "../../src/pipeline/AdmissionControl.ts"
import { defaultCircuitConfig } from "../../src/policy/circuit-breaker/CircuitConfig.ts"
import type { RunnerAnswer, RunnerRequest } from "../load/Trial.ts"
import { image, retriesPerFailed } from "./Resilience.ts"

const settingsOf = ({ baseUrls, directory, inFlight, scale }: RunnerRequest): SettingsDocument => {
  const scaled = (millis: number) => Math.max(1, Math.round(millis / scale))
  const common = {
    apiKey: "sk-benchmark",
    rateLimit: [{ requests: 1_000_000, window: 1 }],
    queueLimit: 10_000,
    concurrency: inFlight,
    backoffBase: scaled(500),
    backoffCap: scaled(20_000)
  }
  return {
    imageDirectory: directory,
    store: "memory",
    deepseek: {
      ...common,
      baseURL: baseUrls.deepseek,
      timeout: scaled(30_000),
      attemptTimeout: { chat: scaled(12_000) }
    },
    nanobanana: {
      ...common,
      protocol: "generic",
      baseURL: baseUrls.generic,
      timeout: scaled(180_000),
      attemptTimeout: { submit: scaled(30_000), status: scaled(10_000), download: scaled(60_000) },
      pollFirst: scaled(2_000),
      pollCap: scaled(15_000)
    }
  }
}

/** The constants of the circuits, as much shorter as everything else. */
const scaleCircuits = (scale: number) =>
  AdmissionControl.useSync(({ doors }) => {
    const { decayMillis, openCapMillis, openMillis, probeLeaseMillis } = defaultCircuitConfig
    for (const { circuit } of doors) {
      circuit.configure({
        ...defaultCircuitConfig,
        decayMillis: Math.round(decayMillis / scale),
        openMillis: Math.round(openMillis / scale),
        openCapMillis: Math.round(openCapMillis / scale),
        probeLeaseMillis: Math.round(probeLeaseMillis / scale)
      })
    }
  })

const askOf = (
  { kind }: RunnerRequest,
  prompt: string
): Effect.Effect<void, CallFailure, PromptEnhancer | ImageGenerator> =>
  kind === "enhancements"
    ? Effect.asVoid(PromptEnhancer.use((it) => it.enhance({ prompt }, { accept: ["Live", "Cached"] })))
    : Effect.asVoid(ImageGenerator.use((it) => it.generate({ prompt, parameters: image })))

const warmUpCalls = 5

/** After a failure. **Units** milliseconds. */
const pauseMillis = 2_000

/** Keeps so many calls in flight until all are made. */
export const measureLoad = (request: RunnerRequest): Promise<RunnerAnswer> =>
  Effect.gen(function* () {
    yield* scaleCircuits(request.scale)
    // At this scale the first calls of a process would be slow by seconds.
    for (let count = 0; count < warmUpCalls; count++)
      yield* Effect.ignore(askOf(request, `a grey wolf, number ${count}`))
    const times: Array<number> = []
    const failures: Record<string, number> = {}
    let left = request.calls
    const worker = Effect.gen(function* () {
      while (left > 0) {
        left -= 1
        const begunAt = performance.now()
        const outcome = yield* Effect.result(askOf(request, `a red fox, number ${left}`))
        if (Result.isSuccess(outcome)) times.push(performance.now() - begunAt)
        else {
          const { _tag } = outcome.failure.reason
          failures[_tag] = (failures[_tag] ?? 0) + 1
          // Who was refused at once does not come back at once: else one open circuit uses up all the calls.
          yield* Effect.sleep(pauseMillis / request.scale)
        }
      }
    })
    yield* Effect.forEach(Array.from({ length: request.inFlight }), () => worker, {
      concurrency: "unbounded",
      discard: true
    })
    return {
      times: times.toSorted((left, right) => left - right),
      failures,
      retriesPerFailed: yield* retriesPerFailed
    }
  }).pipe(Effect.provide(Layer.merge(Live.layerWith(settingsOf(request)), Logger.layer([]))), Effect.runPromise)
