/**
 * One span for each request of the pipeline, where the program has a tracer: without one a call pays nothing for it.
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Tracer from "effect/Tracer"
import type { Call } from "./CurrentCall.ts"
import type { CallPlan, CallResult } from "./Pipeline.ts"

/** The call inside its span, `provider.operation`. No prompt, key or answer stands in it. */
export const traced = <A, E>(
  fiber: Pick<Fiber.Fiber<unknown, unknown>, "getRef">,
  plan: Pick<CallPlan<unknown>, "provider" | "operation">,
  call: Call,
  effect: Effect.Effect<CallResult<A>, E>
): Effect.Effect<CallResult<A>, E> => {
  if (fiber.getRef(Tracer.Tracer) === Tracer.nativeTracer) return effect
  return Effect.useSpan(
    `${plan.provider}.${plan.operation}`,
    {
      kind: "client",
      attributes: {
        "ludeng.provider": plan.provider,
        "ludeng.operation": plan.operation,
        "ludeng.call_id": call.callId
      }
    },
    (span) =>
      Effect.map(effect, (result) => {
        span.attribute("ludeng.attempts", result.attempts)
        return result
      })
  )
}
