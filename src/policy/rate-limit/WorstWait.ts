/**
 * The longest anybody can have to wait who is let into a bounded queue, known before it happens.
 *
 * ```text
 * worst(rank) = rank * agingStep               nobody who comes later than that goes first
 *             + queueLimit * max(span / limit) every place in the queue at the pace of the slowest tier
 *             + max(span)                      the windows may just have been filled
 * ```
 *
 * It holds where starts are counted when they are sent, and the circuit is closed, and no provider asks for a pause; with
 * `answered` each permit occupies its windows for the time of its answer longer, so that is added to each span.
 */
import { type RateTier, spanOf } from "./RateTier.ts"
import type { Rank } from "./WaitingQueue.ts"

/** **Units** `agingStepMillis` and `longestAnswerMillis` (0 with `sent`) in milliseconds, `queueLimit` in callers. */
export interface WorstWaitInput {
  readonly tiers: ReadonlyArray<RateTier>
  readonly queueLimit: number
  readonly agingStepMillis: number
  readonly longestAnswerMillis: number
}

/**
 * The bound. **Units** milliseconds.
 *
 * ```ts
 * import { worstWaitMillis } from "@ludeng/providers"
 *
 * const tiers = [{ limit: 10, windowMillis: 1_000 }]
 * worstWaitMillis({ tiers, queueLimit: 100, agingStepMillis: 5_000, longestAnswerMillis: 0 }, 2) // => 21011
 * ```
 */
export const worstWaitMillis = (input: WorstWaitInput, rank: Rank): number => {
  const spans = input.tiers.map((tier) => ({ limit: tier.limit, span: spanOf(tier) + input.longestAnswerMillis }))
  const slowest = Math.max(0, ...spans.map(({ limit, span }) => span / limit))
  const longest = Math.max(0, ...spans.map(({ span }) => span))
  return Math.ceil(rank * input.agingStepMillis + input.queueLimit * slowest + longest)
}
