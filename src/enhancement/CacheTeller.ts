/**
 * Tells what the cache said to one call, in the step in which it is known. Where nobody listens nothing is made of it.
 */
import type * as Clock from "effect/Clock"
import type * as Fiber from "effect/Fiber"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { listenerOf } from "../telemetry/CallRecorder.ts"

/** What a cache can say. */
export type CacheSaid = Extract<CallEvent, { readonly _tag: "CacheAnswered" }>["answer"]

/** Tells it of one call, to whoever listens in its fiber. */
export class CacheTeller {
  readonly #clock: Clock.Clock
  readonly #fiber: Pick<Fiber.Fiber<unknown, unknown>, "getRef">
  readonly #call: Pick<Call, "callId" | "owner">

  constructor(
    clock: Clock.Clock,
    fiber: Pick<Fiber.Fiber<unknown, unknown>, "getRef">,
    call: Pick<Call, "callId" | "owner">
  ) {
    this.#clock = clock
    this.#fiber = fiber
    this.#call = call
  }

  tell(answer: CacheSaid): void {
    const listen = listenerOf(this.#fiber, () => undefined)
    if (listen === undefined) return
    const { callId, owner } = this.#call
    const at = this.#clock.currentTimeMillisUnsafe()
    listen({ _tag: "CacheAnswered", callId, owner, provider: "deepseek", operation: "chat", at, answer }, undefined)
  }
}
