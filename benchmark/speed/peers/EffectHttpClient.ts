/**
 * Effect's own `HttpClient` over undici with what it brings: limiter, retry, circuit breaker; a timeout and a schema
 * around it. It makes its client span with the native tracer, as it comes.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as RateLimiter from "effect/persistence/RateLimiter"
import { fibersOf } from "../EffectLoop.ts"
import type { OpenPeer } from "../SpeedPeer.ts"
import { apiKey, chatPath, messages, model, sampling } from "../Workload.ts"

const Completion = Schema.Struct({
  choices: Schema.NonEmptyArray(Schema.Struct({ message: Schema.Struct({ content: Schema.NonEmptyString }) })),
  usage: Schema.Struct({ prompt_tokens: Schema.Int, completion_tokens: Schema.Int })
})

const breaker = CircuitBreaker.layer({
  tripPolicy: CircuitBreaker.rate({ threshold: 0.5, size: 100, minimumCalls: 20 }),
  openDuration: "10 seconds"
}).pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))

const services = Layer.mergeAll(
  NodeHttpClient.layerUndici,
  RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory)),
  breaker
)

const clientOf = Effect.gen(function* () {
  const limiter = yield* RateLimiter.RateLimiter
  return (yield* HttpClient.HttpClient).pipe(
    HttpClient.filterStatusOk,
    HttpClient.withRateLimiter({ limiter, key: "deepseek", limit: 1_000_000, window: "1 second", times: 3 }),
    HttpClient.retryTransient({ times: 3, schedule: Schedule.exponential("500 millis") }),
    HttpClient.withCircuitBreaker({ breaker: yield* CircuitBreaker.CircuitBreaker })
  )
})

/** Opens it. */
export const open: OpenPeer = async (baseUrl) => {
  const runtime = ManagedRuntime.make(services)
  const client = await runtime.runPromise(clientOf)
  const request = HttpClientRequest.post(`${baseUrl}${chatPath}`).pipe(HttpClientRequest.bearerToken(apiKey))
  const call = () =>
    Effect.flatMap(HttpClientRequest.bodyJson(request, { model, messages, ...sampling, stream: false }), (it) =>
      client.execute(it)
    ).pipe(Effect.flatMap(HttpClientResponse.schemaBodyJson(Completion)), Effect.timeout("30 seconds"))
  return { loop: (workers, meter) => runtime.runPromise(fibersOf(call, workers, meter)) }
}
