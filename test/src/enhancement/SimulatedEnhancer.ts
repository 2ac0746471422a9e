/** Calls to a simulated DeepSeek under virtual time, and what of them reached it. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import type { FaultKind } from "../../../mock-layers/simulation/Script.ts"
import type { EnhancementRequest } from "../../../schemas/Enhancement.ts"
import { type EnhancementOptions, PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { monotonicMillis } from "../../../src/policy/deadline/Deadline.ts"

export const prompt = "a red fox in the snow"

/** What the local template makes of it. */
export const locally = `${prompt}, in a fitting setting, natural light, balanced composition`

/** Runs an effect to its end while this much time passes, however little of it the effect takes. */
export const pass = <A, E, R>(effect: Effect.Effect<A, E, R>, time: Duration.Input = "1 minute") =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
    yield* TestClock.adjust(time)
    return yield* Fiber.join(fiber)
  })

/** An enhancement, not yet run. */
export const asking = (request: Partial<EnhancementRequest> = {}, options?: EnhancementOptions) =>
  PromptEnhancer.use((it) => it.enhance({ prompt, ...request }, options))

/** An enhancement, with a minute for its end. */
export const enhance = (request: Partial<EnhancementRequest> = {}, options?: EnhancementOptions) =>
  pass(asking(request, options))

/** How many completions DeepSeek was asked for. */
export const chats = Effect.map(
  MockHandle.use((it) => it.requests),
  (all) => all.filter((it) => it.operation === "chat").length
)

/** From now on every completion meets the fault; none: all is well. */
export const chatFault = (fault?: FaultKind) =>
  MockHandle.use((it) => it.setScript({ faults: fault === undefined ? [] : [{ fault, operation: "chat" }] }))

/** The door of `chat`. */
export const chatDoor = AdmissionControl.useSync((it) => it.door("deepseek", "chat"))

/** What an unanswered call would have changed. */
export const spent = Effect.gen(function* () {
  const { circuit, lane, room } = yield* chatDoor
  const now = Math.floor(yield* monotonicMillis)
  return {
    permits: lane.store.usage(now),
    slots: room.bulkhead.inUse,
    circuit: circuit.state,
    money: yield* CostLedger.use((it) => it.totals()),
    chats: yield* chats
  }
})
