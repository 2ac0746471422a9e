import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as http from "node:http"
import * as net from "node:net"
import * as UndiciTransport from "../../../layers/transport/UndiciTransport.ts"
import type { Transport } from "../../../src/transport/Transport.ts"
import { exchange, facts, failure, get, limit, lookupTo, post, text } from "./Exchanges.ts"
import { closedPort, headersOf, tcpServer, tlsServer, told } from "./Servers.ts"

const host = "api.provider.test"

/** A proxy that answers `CONNECT` by `status`, and notes what it was asked; with 200 it leads to loopback. */
const proxyServer = (status: number) =>
  Effect.gen(function* () {
    const asked: Array<{ readonly target: string; readonly headers: http.IncomingHttpHeaders }> = []
    const server = http.createServer()
    server.on("connect", (request: http.IncomingMessage, socket: net.Socket) => {
      const target = request.url ?? ""
      asked.push({ target, headers: request.headers })
      if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 2\r\n\r\nno`)
      const onward = net.connect(Number(target.split(":").at(-1)), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
        onward.pipe(socket).pipe(onward)
      })
      onward.on("error", () => socket.destroy())
      socket.on("error", () => onward.destroy()).on("close", () => onward.destroy())
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.callback<void>((closed) => {
          server.close(() => closed(Effect.void))
          server.closeAllConnections()
        })
    )
    return { asked, address: `127.0.0.1:${(server.address() as net.AddressInfo).port}` }
  })

const provider = Effect.gen(function* () {
  const headers: Array<Record<string, string | undefined>> = []
  const server = yield* tlsServer(
    (request, response) => {
      headers.push(headersOf(request))
      response.end("from the provider")
    },
    [host]
  )
  return { ...server, headers, url: `https://${host}:${server.port}` }
})

const run = <A, E>(
  effect: Effect.Effect<A, E, Transport>,
  certificate: string,
  environment: Readonly<Record<string, string>>
) =>
  Effect.provide(
    effect,
    UndiciTransport.layerWith({ lookup: lookupTo("127.0.0.1"), certificateAuthorities: [certificate], environment })
  )

describe("UndiciTransport behind a proxy", () => {
  it.effect("asks the proxy for a tunnel, and tells it the host and nothing else", () =>
    Effect.gen(function* () {
      const server = yield* provider
      const proxy = yield* proxyServer(200)
      const environment = { HTTPS_PROXY: `http://user:pass%20word@${proxy.address}` }
      const answers = yield* run(
        Effect.forEach([1, 2], () => exchange(post(`${server.url}/v1?key=1`))),
        server.certificate,
        environment
      )
      assert.deepStrictEqual(
        answers.map(({ body }) => text(body)),
        ["from the provider", "from the provider"]
      )
      assert.deepStrictEqual(proxy.asked, [
        {
          target: `${host}:${server.port}`,
          headers: {
            host: `${host}:${server.port}`,
            "proxy-authorization": `Basic ${Buffer.from("user:pass word").toString("base64")}`,
            connection: "close"
          }
        }
      ])
      assert.notProperty(server.headers[0] ?? {}, "proxy-authorization")
    })
  )

  it.effect("goes around the proxy for the hosts of NO_PROXY", () =>
    Effect.gen(function* () {
      const server = yield* provider
      const proxy = yield* proxyServer(200)
      const environment = { https_proxy: `http://${proxy.address}`, no_proxy: "example.com, .provider.test" }
      yield* run(exchange(get(server.url)), server.certificate, environment)
      assert.strictEqual(proxy.asked.length, 0)
      assert.strictEqual(server.headers.length, 1)
    })
  )

  it.effect("never sends this machine's own traffic to a proxy", () =>
    Effect.gen(function* () {
      const server = yield* tlsServer((_request, response) => response.end(), ["127.0.0.1"])
      const proxy = yield* proxyServer(200)
      yield* run(exchange(get(`https://127.0.0.1:${server.port}`)), server.certificate, {
        HTTPS_PROXY: `http://${proxy.address}`
      })
      assert.strictEqual(proxy.asked.length, 0)
    })
  )

  it.effect("a proxy that refuses is a lost connection with the proxy's status, not the provider's", () =>
    Effect.gen(function* () {
      const server = yield* provider
      const proxy = yield* proxyServer(407)
      const error = yield* run(failure(post(server.url)), server.certificate, {
        HTTPS_PROXY: `http://${proxy.address}`
      })
      assert.deepStrictEqual(facts(error), {
        _tag: "ConnectionLost",
        phase: "connect",
        code: "PROXY_407",
        wasSent: false
      })
      assert.isUndefined(error.status)
    })
  )

  it.effect("a proxy that is not there is a lost connection of the proxy", () =>
    Effect.gen(function* () {
      const environment = { HTTPS_PROXY: `http://127.0.0.1:${yield* closedPort}` }
      const error = yield* run(failure(post(`https://${host}`)), "", environment)
      assert.deepInclude(facts(error), { _tag: "ConnectionLost", code: "PROXY_ECONNREFUSED", wasSent: false })
    })
  )

  it.effect("a certificate that the proxy put in between is not trusted", () =>
    Effect.gen(function* () {
      const server = yield* provider
      const proxy = yield* proxyServer(200)
      const other = yield* provider
      const error = yield* run(failure(post(server.url)), other.certificate, { HTTPS_PROXY: `http://${proxy.address}` })
      assert.deepInclude(facts(error), { _tag: "TlsFailed", host, wasSent: false })
      assert.strictEqual(server.headers.length, 0)
    })
  )

  it.effect("a proxy that does not answer is a timeout while connecting, and its socket is closed", () =>
    Effect.gen(function* () {
      const asked = told<void>()
      const closed = told<void>()
      const proxy = yield* tcpServer((socket) => {
        socket.on("data", () => asked.tell()).on("close", () => closed.tell())
      })
      const environment = { HTTPS_PROXY: `127.0.0.1:${proxy.port}` }
      const test = Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(failure(post(`https://${host}`)))
        yield* asked.heard
        yield* TestClock.adjust(limit)
        assert.deepInclude(facts(yield* Fiber.join(fiber)), { _tag: "TimedOut", phase: "connect", wasSent: false })
        yield* closed.heard
      })
      yield* run(test, "", environment)
    })
  )
})
