/**
 * Enhancements that are sent as fast as a quota lets them: how full the windows were at both ends, and how the sending
 * compares with the best there is.
 */
import { assert } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { RequestLimit } from "../../mock-layers/simulation/RequestLimit.ts"
import type { ScriptDocument } from "../../mock-layers/simulation/Script.ts"
import type { Accounting, RateLimit } from "../../schemas/RateLimit.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import type { WireRequest } from "./OnTheWire.ts"
import { earliestStarts } from "./SendingBound.ts"
import { fullestWindowOf, startWorld } from "./SocketWorld.ts"

/** The length of a window in milliseconds. */
export const millisOfWindow = ({ window }: RateLimit): number => window * 1_000

/** The provider's own quota, equal to one of ours. */
export const enforced = (limit: RateLimit, retryAfter?: number): typeof RequestLimit.Encoded => ({
  operation: "chat",
  requests: limit.requests,
  window: millisOfWindow(limit),
  ...(retryAfter === undefined ? {} : { retryAfter })
})

/** So many enhancements at once, each asked of the provider. */
export const enhanceAtOnce = (count: number, deadline: Duration.Duration) =>
  Effect.forEach(
    Array.from({ length: count }, (_, index) => `fox number ${index}`),
    (prompt) => PromptEnhancer.use((enhancer) => enhancer.enhance({ prompt }, { cache: "bypass", deadline })),
    { concurrency: "unbounded" }
  )

const answerMillis = ({ firstByteAt, sentAt }: WireRequest): number =>
  firstByteAt === undefined ? assert.fail("a request was not answered") : firstByteAt - sentAt

/** 1 is as fast as can be, and nothing that keeps the limits is above. */
const speedOf = (
  requests: ReadonlyArray<WireRequest>,
  limits: ReadonlyArray<RateLimit>,
  accounting: Accounting
): number => {
  const tiers = limits.map((limit) => ({ limit: limit.requests, windowMillis: millisOfWindow(limit) }))
  const answers = requests.map((it) => (accounting === "answered" ? answerMillis(it) : 0))
  const earliest = earliestStarts(answers, tiers).at(-1) ?? 0
  return earliest / ((requests.at(-1)?.sentAt ?? 0) - (requests[0]?.sentAt ?? 0))
}

/** What is sent, over which network. */
export interface QuotaRun {
  readonly limits: ReadonlyArray<RateLimit>
  readonly accounting: Accounting
  readonly script: ScriptDocument
  readonly count: number
  readonly store?: "memory" | "sqlite"
}

/** Sends it; the fullest windows are told by tier. Whoever is not answered at the first attempt is a failure. */
export const measureQuota = ({ accounting, count, limits, script, store = "memory" }: QuotaRun) =>
  Effect.gen(function* () {
    const world = yield* startWorld
    yield* world.play({ latency: 0, ...script })
    const live = world.live({ deepseek: { rateLimit: limits, accounting, concurrency: 1_000 }, store })
    const enhanced = yield* Effect.provide(enhanceAtOnce(count, Duration.minutes(10)), live)
    assert.isTrue(enhanced.every(({ attempts, provenance }) => attempts === 1 && provenance._tag === "Live"))
    const { overLimit, requests } = yield* world.totals
    assert.deepStrictEqual({ requests, overLimit }, { requests: count, overLimit: 0 })
    assert.strictEqual(world.wire.requests.length, count)
    const sent = world.wire.requests.map(({ sentAt }) => sentAt)
    return {
      atProvider: yield* Effect.forEach(limits, (limit) => world.fullestWindow("chat", millisOfWindow(limit))),
      atClient: limits.map((limit) => fullestWindowOf(sent, millisOfWindow(limit))),
      speed: speedOf(world.wire.requests, limits, accounting)
    }
  }).pipe(Effect.scoped)
