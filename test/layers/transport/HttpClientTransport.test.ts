import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientTransport from "../../../layers/transport/HttpClientTransport.ts"
import { Transport } from "../../../src/transport/Transport.ts"
import { exchange, facts, failure, get, text } from "./Exchanges.ts"
import { httpServer } from "./Servers.ts"

const over = (client: HttpClient.HttpClient) =>
  Layer.provide(HttpClientTransport.layer, Layer.succeed(HttpClient.HttpClient, client))

const withFailure = (
  make: (request: HttpClientError.TransportError["request"]) => HttpClientError.HttpClientErrorReason
) => HttpClient.make((request) => Effect.fail(new HttpClientError.HttpClientError({ reason: make(request) })))

describe("HttpClientTransport", () => {
  it.effect("an answer is an answer, also to a client that takes its status for an error", () =>
    Effect.gen(function* () {
      const server = yield* httpServer((_request, response) =>
        response.writeHead(429, { "retry-after": "3" }).end("slow")
      )
      const strict = Layer.effect(
        HttpClient.HttpClient,
        Effect.map(HttpClient.HttpClient, (client) => HttpClient.filterStatusOk(client))
      ).pipe(Layer.provide(NodeHttpClient.layerUndici))
      const answer = yield* Effect.provide(
        exchange(get(server.origin)),
        Layer.provide(HttpClientTransport.layer, strict)
      )
      assert.deepStrictEqual([answer.status, answer.headers["retry-after"], text(answer.body)], [429, "3", "slow"])
    })
  )

  it.effect("every failure after execute counts as sent, also one without a code", () =>
    Effect.gen(function* () {
      const causes = [Object.assign(new Error("lookup"), { code: "ENOTFOUND" }), new Error("sk-canary")]
      const errors = yield* Effect.forEach(causes, (cause) =>
        Effect.provide(
          failure(get("https://api.provider.test")),
          over(withFailure((request) => new HttpClientError.TransportError({ request, cause })))
        )
      )
      assert.deepStrictEqual(errors.map(facts), [
        { _tag: "DnsFailed", host: "api.provider.test", isTemporary: false, wasSent: true },
        { _tag: "ConnectionLost", phase: "headers", code: "UNKNOWN", wasSent: true }
      ])
    })
  )

  it.effect("a request that the client can not make is a defect without the key", () =>
    Effect.gen(function* () {
      const credential = {
        origin: "https://api.provider.test",
        scheme: "Bearer" as const,
        key: Redacted.make("sk-canary")
      }
      const exit = yield* Effect.exit(
        Effect.provide(
          exchange(get("https://api.provider.test", { credential })),
          over(withFailure((request) => new HttpClientError.EncodeError({ request })))
        )
      )
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.notInclude(Exit.isFailure(exit) ? Cause.pretty(exit.cause) + JSON.stringify(exit) : "", "sk-canary")
    })
  )

  it.effect("key headers are redacted wherever the client prints a request", () =>
    Effect.gen(function* () {
      const names: Array<string | RegExp> = []
      const client = HttpClient.make((request, _url, _signal, fiber) => {
        names.push(...fiber.getRef(Headers.CurrentRedactedNames))
        return Effect.fail(
          new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request }) })
        )
      })
      yield* Effect.provide(failure(get("https://api.provider.test")), over(client))
      assert.includeMembers(names, ["authorization", "cookie", "set-cookie", "x-api-key", "x-goog-api-key"])
    })
  )

  it.effect("downloads do not go over the host's client, and are checked", () =>
    Effect.gen(function* () {
      const server = yield* httpServer((_request, response) => response.end("png"))
      const request = {
        provider: "nanobanana" as const,
        url: server.origin,
        allowLoopback: true,
        resultHosts: [],
        timeout: get("").timeout,
        maximumBytes: 1_000
      }
      const unused = HttpClient.make(() => Effect.die(new Error("The host's client was used")))
      yield* Effect.gen(function* () {
        const transport = yield* Transport
        const { body } = yield* transport.download(request)
        assert.strictEqual(text(Buffer.concat(yield* Stream.runCollect(body))), "png")
        const refused = yield* Effect.flip(transport.download({ ...request, allowLoopback: false }))
        assert.deepInclude(facts(refused), { _tag: "ImageRejected", problem: "HostNotAllowed" })
      }).pipe(Effect.scoped, Effect.provide(over(unused)))
    })
  )
})
