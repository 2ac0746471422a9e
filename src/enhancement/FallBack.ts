/**
 * What stands in for an enhancement that can not be had, best first, as far as the caller takes it:
 *
 * 1. the kept answer to an equal request (`Stale`), not where the cache is bypassed;
 * 2. the local template (`Degraded`);
 * 3. the raw prompt (`Degraded`), where the template would be too long.
 *
 * Whether anything may is decided in `src/policy/fallback/`. Nothing that stands in is ever kept, and what was logged of
 * the failure stays logged: a stale answer hides no rejected key.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Enhancement } from "../../schemas/Enhancement.ts"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import { noCost } from "../../schemas/Money.ts"
import { fromCached } from "../cache/CachedEnhancement.ts"
import { ResponseCache } from "../cache/ResponseCache.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import { mayFallBack } from "../policy/fallback/FallbackTable.ts"
import { emit } from "../telemetry/Emit.ts"
import { Transport } from "../transport/Transport.ts"
import { spansOf } from "./CacheSpans.ts"
import type { EnhancementWish, Obstacle } from "./EnhancementWish.ts"
import { localTemplate, localTemplateModel, rawPrompt, rawPromptModel } from "./LocalTemplate.ts"

/** A timer may fire this much early: a deadline so near has passed. **Units** milliseconds. */
const timerGrainMillis = 2

/** Finds what stands in for the wish, or fails with the failure of the obstacle. */
export type FallBack = (wish: EnhancementWish, obstacle: Obstacle) => Effect.Effect<Enhancement, CallFailure>

type FellBackTo = Extract<CallEvent, { readonly _tag: "FellBack" }>["to"]

/** Makes it. */
export const makeFallBack: Effect.Effect<FallBack, never, ResponseCache | Transport> = Effect.gen(function* () {
  const cache = yield* ResponseCache
  const { isSimulated } = yield* Transport
  const clock = yield* Clock.Clock

  const told = (wish: EnhancementWish, { reason }: Obstacle, to: FellBackTo, enhancement: Enhancement) => {
    const { callId, owner } = wish.call
    const at = clock.currentTimeMillisUnsafe()
    return Effect.as(
      emit({ _tag: "FellBack", callId, owner, provider: "deepseek", operation: "chat", at, to, reason }),
      enhancement
    )
  }

  const staleAnswer = (wish: EnhancementWish, obstacle: Obstacle): Effect.Effect<Enhancement | undefined> => {
    if (wish.key === undefined || !wish.accept.includes("Stale")) return Effect.undefined
    return Effect.flatMap(cache.lookup(wish.key, spansOf(wish.call)), (answer) => {
      if (answer._tag === "Miss") return Effect.undefined
      const age = Duration.millis(answer.ageMillis)
      const stale = fromCached(answer.value, {
        callId: wish.call.callId,
        provenance: { _tag: "Stale", age, ...becauseOf(obstacle) }
      })
      return told(wish, obstacle, "StaleAnswer", { ...stale, ...spentIn(wish, obstacle) })
    })
  }

  const localText = (wish: EnhancementWish, obstacle: Obstacle): Effect.Effect<Enhancement, CallFailure> => {
    if (!wish.accept.includes("Degraded")) return Effect.fail(obstacle.failure)
    const template = localTemplate(wish.ask)
    const fits = template.length <= wish.ask.maximumCharacters
    const prompt = fits ? template : rawPrompt(wish.ask)
    return told(wish, obstacle, fits ? "LocalTemplate" : "RawPrompt", {
      callId: wish.call.callId,
      prompt,
      model: fits ? localTemplateModel : rawPromptModel,
      provenance: { _tag: "Degraded", ...becauseOf(obstacle) },
      isSimulated,
      shortened: !fits && prompt !== wish.ask.prompt,
      ...spentIn(wish, obstacle)
    })
  }

  return (wish, obstacle) => {
    const isOver = millisOf(clock) + timerGrainMillis >= wish.wholeDeadlineAt
    if (isOver || !mayFallBack(obstacle.failure, "metered")) return Effect.fail(obstacle.failure)
    return Effect.flatMap(staleAnswer(wish, obstacle), (stale) =>
      stale === undefined ? localText(wish, obstacle) : Effect.succeed(stale)
    )
  }
})

const becauseOf = ({ mode, reason }: Obstacle) => (mode === undefined ? { reason } : { reason, mode })

/** What the attempts have cost that came to nothing; those that another call began are told there. */
const spentIn = ({ call }: EnhancementWish, { failure }: Obstacle): Pick<Enhancement, "cost" | "attempts"> => ({
  cost: failure._tag === "ApiError" ? (failure.cost ?? noCost) : noCost,
  attempts: call.attempts.count
})
