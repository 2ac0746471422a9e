/**
 * What an enhancement would cost and what would become of it now: asked of the same cache, modes, doors, budgets and
 * prices, in the same order, as by the enhancement itself.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { CallFailure } from "../../schemas/Failures.ts"
import { type Cost, noCost } from "../../schemas/Money.ts"
import type { CallPreview } from "../../schemas/Preview.ts"
import { ResponseCache } from "../cache/ResponseCache.ts"
import { budgetsOfCall } from "../money/BudgetsOfCall.ts"
import type { CostLedger } from "../money/CostLedger.ts"
import { decideBudgets } from "../money/DecideBudgets.ts"
import { Prices } from "../money/Prices.ts"
import type { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import { lookAtDoor } from "../pipeline/LookAtDoor.ts"
import { rejectionOf } from "../pipeline/Refused.ts"
import { reject } from "../pipeline/Reject.ts"
import { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import { mayFallBack } from "../policy/fallback/FallbackTable.ts"
import { DeepSeek } from "../provider/deepseek/DeepSeek.ts"
import { KeyVault } from "../vault/KeyVault.ts"
import { spansOf } from "./CacheSpans.ts"
import { EnhancementPlan } from "./EnhancementPlan.ts"
import { asksCache, type EnhancementWish } from "./EnhancementWish.ts"
import { heldBack } from "./HeldBack.ts"
import { tooLongNote } from "./Templates.ts"

type Dependencies = ResponseCache | DegradedModes | KeyVault | DeepSeek | Prices | AdmissionControl | CostLedger

/** How much longer than allowed a text may be whose second ask is priced: only the digits of the number count. */
const longestAnswer = 1_000_000

/** The preview of a wish. */
export const previewEnhancement = Effect.fnUntraced(function* (
  wish: EnhancementWish
): Effect.fn.Return<CallPreview, CallFailure, Dependencies> {
  const { accept, ask, call, choice, key } = wish
  const { settings } = call.settings
  const modes = yield* DegradedModes
  const kept = key === undefined ? undefined : yield* (yield* ResponseCache).lookup(key, spansOf(call))
  const active = (yield* modes.current).map(({ mode }) => mode)
  const budgets = yield* budgetsOfCall(call)
  const cache = asksCache(wish) ? (kept?._tag ?? "Miss") : "Bypassed"
  const common = { cache, budgets, modes: active, request: null, refused: null, retryAfter: null } as const
  if (cache === "Fresh") return { ...common, from: "Cached", lowest: noCost, bound: noCost }

  const clock = yield* Clock.Clock
  const now = clock.currentTimeMillisUnsafe()
  const prices = (yield* Prices).of(settings)
  // The dearer of the two asks that a text may need: the second one says that the first was too long.
  const dearest = { ...ask, notes: [...ask.notes, tooLongNote(longestAnswer, ask.maximumCharacters)] }
  const { bound } = new EnhancementPlan(dearest, choice, settings.deepseek, yield* DeepSeek, prices, clock)
  const { refusal, seen } = yield* lookAtDoor("deepseek", "chat", call, call.deadlineAt)
  const request = { provider: "deepseek", operation: "chat", ...seen, bound } as const
  const unpaid = decideBudgets(budgets, bound, now, call.leaving)
  const failure =
    heldBack(modes, yield* KeyVault, call)?.failure ??
    (refusal === undefined ? undefined : rejectionOf(refusal, "chat", call.callId)) ??
    (unpaid === undefined ? undefined : reject(unpaid, call.callId))
  if (failure === undefined && accept.includes("Live")) {
    const lowest = prices.chatLowest(choice.model, now)
    return { ...common, from: "Live", request, lowest, bound: times(bound, call.attempts.left) }
  }
  const standIn = failure === undefined || !mayFallBack(failure, "metered") ? null : standInOf(wish, kept?._tag)
  const refused = failure?._tag === "Rejection" ? failure.reason : null
  const retryAfter = failure?.retryAfter ?? null
  return { ...common, from: standIn, request, refused, retryAfter, lowest: noCost, bound: noCost }
})

const standInOf = (
  { accept }: EnhancementWish,
  kept: "Fresh" | "Stale" | "Miss" | undefined
): "Stale" | "Degraded" | null => {
  if (accept.includes("Stale") && (kept === "Stale" || kept === "Fresh")) return "Stale"
  return accept.includes("Degraded") ? "Degraded" : null
}

const times = (cost: Cost, count: number): Cost =>
  cost.usdMicros === null ? cost : { ...cost, usdMicros: cost.usdMicros * count }
