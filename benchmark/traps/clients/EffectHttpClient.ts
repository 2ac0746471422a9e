/**
 * Effect's `HttpClient` with its limiter, which follows `Retry-After`, and its retry of transient answers.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schedule from "effect/Schedule"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as RateLimiter from "effect/persistence/RateLimiter"

const services = Layer.mergeAll(
  NodeHttpClient.layerUndici,
  RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))
)

const clientOf = Effect.gen(function* () {
  const limiter = yield* RateLimiter.RateLimiter
  return (yield* HttpClient.HttpClient).pipe(
    HttpClient.filterStatusOk,
    HttpClient.withRateLimiter({ limiter, key: "deepseek", limit: 1_000, window: "1 second", times: 3 }),
    HttpClient.retryTransient({ times: 3, schedule: Schedule.exponential("500 millis") })
  )
})

/** Opens it. */
export const openClient = async (baseUrl: string) => {
  const runtime = ManagedRuntime.make(services)
  const client = await runtime.runPromise(clientOf)
  return (text: string) =>
    runtime.runPromise(
      Effect.flatMap(
        HttpClientRequest.bodyJson(HttpClientRequest.post(`${baseUrl}/chat/completions`), { text }),
        (request) => client.execute(request)
      ).pipe(Effect.flatMap((response) => response.json))
    )
}
