/**
 * A typed client of the HTTP face, made from the same definition as the server: requests, answers and problems are those
 * that it declares. Whatever is answered in place of a result is an `HttpProblem`.
 */
import type * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Redacted from "effect/Redacted"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { Api } from "../../schemas/http-face/Api.ts"

/** Where the server is, and who asks. */
export interface ClientOptions {
  readonly baseUrl: string
  readonly token?: Redacted.Redacted<string>
}

/**
 * Makes the client; `HttpClient` is that of the caller.
 *
 * ```ts types
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 * import * as FetchHttpClient from "effect/http/FetchHttpClient"
 * import * as Client from "@ludeng/providers/layers/http-face/Client"
 *
 * const program = Effect.gen(function* () {
 *   const ludeng = yield* Client.make({ baseUrl: "http://127.0.0.1:8080" })
 *   const { body } = yield* ludeng.images.create({ payload: { prompt: "a red fox" }, headers: { prefer: "wait=60" } })
 *   return "image" in body ? body.image?.url : "still under way"
 * }).pipe(Effect.catchTag("HttpProblem", ({ reason, retryAfter }) => Console.log(reason, retryAfter)))
 * await Effect.runPromise(Effect.provide(program, FetchHttpClient.layer))
 * ```
 */
export const make = ({ baseUrl, token }: ClientOptions) =>
  HttpApiClient.make(Api, {
    baseUrl,
    transformClient:
      token === undefined ? identity : HttpClient.mapRequest(HttpClientRequest.bearerToken(Redacted.value(token)))
  })

/** The client. */
export type Client = Effect.Success<ReturnType<typeof make>>
