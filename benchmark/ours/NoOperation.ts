/**
 * The library's policies around an effect that does nothing: the pipeline as the library's calls go through it, and the
 * limiter and the breaker as they are used alone.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Scope from "effect/Scope"
import * as Live from "../../layers/Live.ts"
import { noCost } from "../../schemas/Money.ts"
import { type CallPlan, Pipeline } from "../../src/pipeline/Pipeline.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { fibersMany } from "../policy/EffectMany.ts"
import type { OpenCase } from "../policy/PolicyCase.ts"
import { loadMakeCircuitBreaker } from "./CircuitBreaker.ts"
import { settingsOf } from "./EndToEnd.ts"
import { loadMakeRateLimiter } from "./RateLimiter.ts"
import { recordingTracer } from "./RecordingTracer.ts"
import { loadCached } from "./ResponseCache.ts"

const noOperationPlan = Effect.gen(function* () {
  const { settings } = yield* LiveSettings.use((it) => it.current)
  const { attemptTimeout, backoffBase, backoffCap, retryLimit } = settings.deepseek
  return {
    provider: "deepseek",
    operation: "chat",
    payment: "metered",
    request: { fieldLengths: {}, bodySha256: "", parameters: {} },
    attemptTimeout: attemptTimeout.chat,
    retryLimit,
    backoffBase,
    backoffCap,
    ...(settings.deepseek.apiKey === undefined ? {} : { key: settings.deepseek.apiKey }),
    privateTexts: [],
    bound: noCost,
    cost: () => noCost,
    attempt: () => Effect.void
  } satisfies CallPlan<void>
})

/** What the pipeline shall have around it. */
interface Surroundings {
  readonly isCached: boolean
  readonly isTraced: boolean
}

/** `Pipeline.run` of a plan whose attempt does nothing. Nothing is sent: the address is never asked. */
export const openPipeline =
  ({ isCached, isTraced }: Surroundings): OpenCase =>
  async () => {
    const live = Live.layerWith(settingsOf("http://127.0.0.1:9"))
    const runtime = ManagedRuntime.make(isTraced ? Layer.merge(live, recordingTracer().layer) : live)
    const [pipeline, plan] = await runtime.runPromise(Effect.all([Pipeline, noOperationPlan]))
    const call = pipeline.run<void>(plan)
    if (!isCached) return (calls, workers) => runtime.runPromise(fibersMany(() => call, calls, workers))
    const cached = await loadCached()
    if (cached === undefined) return undefined
    const look = cached(call)
    return (calls, workers) => runtime.runPromise(fibersMany(() => look, calls, workers))
  }

/** The limiter around the breaker, alone. */
export const openStandalone: OpenCase = async () => {
  const makeRateLimiter = await loadMakeRateLimiter()
  const makeCircuitBreaker = await loadMakeCircuitBreaker()
  if (makeRateLimiter === undefined || makeCircuitBreaker === undefined) return undefined
  const scope = Scope.makeUnsafe()
  const made = Effect.all([
    makeRateLimiter({ limits: [{ limit: 1_000_000, window: "1 second" }], concurrency: 512 }),
    makeCircuitBreaker()
  ])
  const [limiter, breaker] = await Effect.runPromise(Scope.provide(made, scope))
  const call = limiter.run(breaker.run(Effect.void))
  return (calls, workers) => Effect.runPromise(fibersMany(() => call, calls, workers))
}
