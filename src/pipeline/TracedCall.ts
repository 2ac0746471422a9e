/**
 * One span for each request of the pipeline, with its exchanges as children, where the program has a tracer: without one a
 * call pays nothing for it. A chat also carries the attributes of OpenTelemetry's conventions for generative AI.
 *
 * **Source** opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans, read 2026-11-24: `gen_ai.provider.name` took the place
 * of `gen_ai.system`.
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Tracer from "effect/Tracer"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { ModelUse } from "../../schemas/CallTimes.ts"
import type { Call } from "./CurrentCall.ts"
import type { CallPlan, CallResult } from "./Pipeline.ts"

const tellUse = (span: Tracer.Span, use: ModelUse | undefined): void => {
  if (use === undefined) return
  if (use.responseModel !== undefined) span.attribute("gen_ai.response.model", use.responseModel)
  if (use.inputTokens !== undefined) span.attribute("gen_ai.usage.input_tokens", use.inputTokens)
  if (use.cachedInputTokens !== undefined) span.attribute("gen_ai.usage.cache_read.input_tokens", use.cachedInputTokens)
  if (use.outputTokens !== undefined) span.attribute("gen_ai.usage.output_tokens", use.outputTokens)
}

const attributesOf = <A>({ operation, provider, subject }: CallPlan<A>, call: Call): Record<string, string> => ({
  "ludeng.provider": provider,
  "ludeng.operation": operation,
  "ludeng.call_id": call.callId,
  ...(subject?.jobId === undefined ? {} : { "ludeng.job_id": subject.jobId }),
  ...(operation === "chat" ? { "gen_ai.operation.name": "chat", "gen_ai.provider.name": provider } : {}),
  ...(subject?.model === undefined ? {} : { "gen_ai.request.model": subject.model })
})

/** The call inside its span, `provider.operation`. No prompt, key or answer stands in it. */
export const traced = <A>(
  fiber: Pick<Fiber.Fiber<unknown, unknown>, "getRef">,
  plan: CallPlan<A>,
  call: Call,
  effect: Effect.Effect<CallResult<A>, CallFailure>
): Effect.Effect<CallResult<A>, CallFailure> => {
  if (fiber.getRef(Tracer.Tracer) === Tracer.nativeTracer) return effect
  return Effect.useSpan(
    `${plan.provider}.${plan.operation}`,
    { kind: "client", attributes: attributesOf(plan, call) },
    (span) =>
      effect.pipe(
        Effect.tap(({ answer, attempts }) =>
          Effect.sync(() => {
            span.attribute("ludeng.attempts", attempts)
            tellUse(span, plan.use?.(answer))
          })
        ),
        Effect.tapError((failure) =>
          Effect.sync(() => {
            span.attribute("error.type", failure.reason._tag)
            if (failure._tag === "ApiError") span.attribute("ludeng.attempts", failure.attempts)
          })
        ),
        Effect.withParentSpan(span)
      )
  )
}
