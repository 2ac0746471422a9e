/**
 * The library end to end: its live composition against the stub, with everything on. What it offers by and by (limiter,
 * concurrency, cache, …) is turned on here, in one place.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as References from "effect/References"
import * as Live from "../../layers/Live.ts"
import { noCost } from "../../schemas/Money.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { type CallPlan, keyOfAccount, Pipeline } from "../../src/pipeline/Pipeline.ts"
import { type ChatAnswer, DeepSeek } from "../../src/provider/deepseek/DeepSeek.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { fibersOf } from "../speed/EffectLoop.ts"
import type { OpenPeer } from "../speed/SpeedPeer.ts"
import { apiKey, messages, model, promptOf, sampling } from "../speed/Workload.ts"
import { recordingTracer } from "./RecordingTracer.ts"

/** Limits that are kept and never reached; the audit has rows of its own (`Audited.ts`). */
export const settingsOf = (baseURL: string): SettingsDocument => ({
  store: "memory",
  audit: { enabled: false },
  deepseek: {
    apiKey,
    baseURL,
    rateLimit: [{ requests: 1_000_000, window: 1 }],
    concurrency: 1_024,
    queueLimit: 10_000
  },
  nanobanana: { apiKey }
})

/** The live composition, that tells only what goes wrong: its peers log nothing. */
export const quiet = (baseUrl: string) =>
  Layer.merge(Live.layerWith(settingsOf(baseUrl)), Layer.succeed(References.MinimumLogLevel, "Warn"))

/** The live composition, with a tracer or without. */
export const runtimeOf = (baseUrl: string, isTraced: boolean) => {
  const live = quiet(baseUrl)
  const { ended, layer } = recordingTracer()
  return isTraced
    ? { runtime: ManagedRuntime.make(Layer.merge(live, layer)), spans: ended }
    : { runtime: ManagedRuntime.make(live) }
}

/** `PromptEnhancer.enhance` with a prompt of its own for each call: nothing is ever in the cache. */
export const openEnhance =
  (isTraced: boolean): OpenPeer =>
  async (baseUrl) => {
    const { runtime, ...spans } = runtimeOf(baseUrl, isTraced)
    const enhancer = await runtime.runPromise(PromptEnhancer)
    let calls = 0
    return {
      loop: (workers, meter) =>
        runtime.runPromise(fibersOf(() => enhancer.enhance({ prompt: promptOf(calls++) }), workers, meter)),
      ...spans
    }
  }

/** The plan of one `DeepSeek.chat` whose messages are the peers'. */
export const chatPlan = Effect.gen(function* () {
  const { settings } = yield* LiveSettings.use((it) => it.current)
  const deepSeek = yield* DeepSeek
  const { attemptTimeout, backoffBase, backoffCap, retryLimit } = settings.deepseek
  const request = {
    model,
    messages,
    temperature: sampling.temperature,
    maximumTokens: sampling.max_tokens,
    thinking: false,
    answerFormat: "json"
  } as const
  return {
    provider: "deepseek",
    operation: "chat",
    payment: "metered",
    request: { fieldLengths: {}, bodySha256: "", parameters: {} },
    attemptTimeout: attemptTimeout.chat,
    retryLimit,
    backoffBase,
    backoffCap,
    key: keyOfAccount("deepseek", settings.deepseek.baseURL),
    privateTexts: [],
    bound: noCost,
    cost: () => noCost,
    attempt: (attempt) => deepSeek.chat(request, settings.deepseek, attempt)
  } satisfies CallPlan<ChatAnswer>
})

/** `Pipeline.run` of a constant request: what the peers do, under all our policies. */
export const openPipeline =
  (isTraced: boolean): OpenPeer =>
  async (baseUrl) => {
    const { runtime, ...spans } = runtimeOf(baseUrl, isTraced)
    const [pipeline, plan] = await runtime.runPromise(Effect.all([Pipeline, chatPlan]))
    return {
      loop: (workers, meter) => runtime.runPromise(fibersOf(() => pipeline.run<ChatAnswer>(plan), workers, meter)),
      ...spans
    }
  }
