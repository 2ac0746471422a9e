/**
 * The cases of the policy section. Each is loaded only in the process that measures it.
 */
import type { OpenCase } from "./PolicyCase.ts"

/** A case as the report names it. */
export interface PolicyCase {
  readonly name: string
  readonly load: () => Promise<OpenCase>
}

/** What the goals are compared with. */
export const referenceName = "cockatiel's four policies + rate-limiter-flexible + node-cache miss"

/** The rows that are ours. */
export const oursName = {
  cached: "ours: every policy, cache miss, key hashed",
  plain: "ours: every policy",
  whole: "ours: every policy, a call of its own with its money",
  traced: "ours: every policy, a call of its own with its money, one span",
  standalone: "ours: limiter around breaker, alone"
} as const

const pipeline = (isCached: boolean, isTraced: boolean, isWhole: boolean) => async () =>
  (await import("../ours/NoOperation.ts")).openPipeline({ isCached, isTraced, isWhole })

/** All cases: ours stands next to the reference. */
export const policyCases: ReadonlyArray<PolicyCase> = [
  { name: "nothing: await an async function", load: async () => (await import("./cases/None.ts")).open },
  { name: referenceName, load: async () => (await import("./cases/Cockatiel.ts")).openWithLimiterAndCache },
  { name: oursName.cached, load: pipeline(true, false, false) },
  { name: oursName.plain, load: pipeline(false, false, false) },
  { name: oursName.whole, load: pipeline(false, false, true) },
  { name: oursName.traced, load: pipeline(false, true, true) },
  { name: oursName.standalone, load: async () => (await import("../ours/NoOperation.ts")).openStandalone },
  { name: "cockatiel's four policies", load: async () => (await import("./cases/Cockatiel.ts")).openAlone },
  {
    name: "Effect idiomatic: retry, breaker in a Ref, timeout, semaphore, limiter, cache miss",
    load: async () => (await import("./cases/EffectIdiomatic.ts")).openIdiomatic
  },
  {
    name: "Effect idiomatic + metrics + span",
    load: async () => (await import("./cases/EffectIdiomatic.ts")).openObserved
  },
  {
    name: "Effect idiomatic with its own CircuitBreaker",
    load: async () => (await import("./cases/EffectIdiomatic.ts")).openBuiltIn
  },
  { name: "p-queue with timeout + p-retry", load: async () => (await import("./cases/Queues.ts")).openPQueue },
  {
    name: "bottleneck + opossum + p-retry + node-cache miss",
    load: async () => (await import("./cases/Queues.ts")).openBottleneckStack
  }
]
