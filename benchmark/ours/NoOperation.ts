/**
 * The library's policies around an effect that does nothing: the pipeline as the library's calls go through it, and the
 * limiter and the breaker as they are used alone.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Scope from "effect/Scope"

import { noCost } from "../../schemas/Money.ts"
import type { Payment } from "../../schemas/Provider.ts"
import { withCall } from "../../src/pipeline/WithCall.ts"
import { type CallPlan, keyOfAccount, Pipeline } from "../../src/pipeline/Pipeline.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { fibersMany } from "../policy/EffectMany.ts"
import type { OpenCase } from "../policy/PolicyCase.ts"
import { loadMakeCircuitBreaker } from "./CircuitBreaker.ts"
import { quiet } from "./EndToEnd.ts"
import { loadMakeRateLimiter } from "./RateLimiter.ts"
import { recordingTracer } from "./RecordingTracer.ts"
import { loadCached } from "./ResponseCache.ts"

const noOperationPlan = Effect.fnUntraced(function* (payment: Payment) {
  const { settings } = yield* LiveSettings.use((it) => it.current)
  const { attemptTimeout, backoffBase, backoffCap, retryLimit } = settings.deepseek
  return {
    provider: "deepseek",
    operation: "chat",
    payment,
    request: { fieldLengths: {}, bodySha256: "", parameters: {} },
    attemptTimeout: attemptTimeout.chat,
    retryLimit,
    backoffBase,
    backoffCap,
    key: keyOfAccount("deepseek", settings.deepseek.baseURL),
    privateTexts: [],
    bound: noCost,
    cost: () => noCost,
    attempt: () => Effect.void
  } satisfies CallPlan<void>
})

/**
 * What the pipeline shall have around it. `isWhole`: each is a call of its own, with an id, a deadline and money of its
 * own, as the library's users make them; else all are requests of one call that cost nothing, which leaves the policies.
 */
interface Surroundings {
  readonly isCached: boolean
  readonly isTraced: boolean
  readonly isWhole: boolean
}

const oneCall = { deadline: Duration.hours(1) }
const noBounds = () => ({ deadline: Duration.hours(1), attemptLimit: Number.MAX_SAFE_INTEGER })

/** `Pipeline.run` of a plan whose attempt does nothing. Nothing is sent: the address is never asked. */
export const openPipeline =
  ({ isCached, isTraced, isWhole }: Surroundings): OpenCase =>
  async () => {
    const live = quiet("http://127.0.0.1:9")
    const runtime = ManagedRuntime.make(isTraced ? Layer.merge(live, recordingTracer().layer) : live)
    const plan = noOperationPlan(isWhole ? "metered" : "free")
    const [pipeline, made] = await runtime.runPromise(Effect.all([Pipeline, plan]))
    const call = pipeline.run<void>(made)
    const cached = isCached ? await loadCached() : undefined
    if (isCached && cached === undefined) return undefined
    const one = cached === undefined ? call : cached(call)
    return (calls, workers) => {
      const many = fibersMany(() => one, calls, workers)
      return runtime.runPromise(isWhole ? many : withCall(oneCall, noBounds, () => many))
    }
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
