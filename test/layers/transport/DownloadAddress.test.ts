import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as UndiciTransport from "../../../layers/transport/UndiciTransport.ts"
import { Transport } from "../../../src/transport/Transport.ts"
import { download, facts, failingLookup, file, lookupTo } from "./Exchanges.ts"
import { httpServer, tcpServer, tlsServer } from "./Servers.ts"

const run = <A, E, R>(
  effect: Effect.Effect<A, E, R | Transport>,
  options: UndiciTransport.UndiciTransportOptions = {}
) => Effect.provide(effect, UndiciTransport.layerWith(options))

const hostNotAllowed = (detail: string): ReturnType<typeof facts> => ({
  _tag: "ImageRejected",
  problem: "HostNotAllowed",
  detail,
  wasSent: false
})

describe("UndiciTransport.download, from where", () => {
  it.effect("a redirect is an answer; where it leads is asked for and checked anew", () =>
    Effect.gen(function* () {
      let requests = 0
      const server = yield* httpServer((_request, response) => {
        requests += 1
        response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end()
      })
      const { status, headers } = yield* run(Effect.scoped(download(file(server.origin))))
      assert.deepStrictEqual([status, headers["location"]], [302, "http://169.254.169.254/latest/meta-data"])
      assert.strictEqual(requests, 1)
    })
  )

  it.effect("this machine is not fetched from unless the provider itself is on it", () =>
    Effect.gen(function* () {
      const server = yield* httpServer((_request, response) => response.end())
      const { port } = server
      const urls = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"].map(
        (host) => `https://${host}:${port}/`
      )
      const errors = yield* run(
        Effect.forEach(urls, (url) => Effect.flip(Effect.scoped(download(file(url, { allowLoopback: false })))))
      )
      assert.deepStrictEqual(
        errors.map((error) => error.reason._tag),
        urls.map(() => "ImageRejected")
      )
      assert.strictEqual(server.sockets.length, 0)
    })
  )

  it.effect("a name is not fetched from when any of its addresses is private", () =>
    Effect.gen(function* () {
      const server = yield* httpServer((_request, response) => response.end())
      const url = `https://cdn.example.com:${server.port}/a.png?signature=canary`
      for (const addresses of [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1"], ["100.64.0.1"], []]) {
        const error = yield* run(Effect.flip(Effect.scoped(download(file(url)))), { lookup: lookupTo(...addresses) })
        assert.deepStrictEqual(
          facts(error),
          hostNotAllowed("cdn.example.com: its name leads to an address that is not public")
        )
      }
      assert.strictEqual(server.sockets.length, 0)
    })
  )

  it.effect("a loopback name that leads elsewhere is not fetched from", () =>
    Effect.gen(function* () {
      const error = yield* run(Effect.flip(Effect.scoped(download(file("http://localhost:1/")))), {
        lookup: lookupTo("10.0.0.1")
      })
      assert.deepInclude(facts(error), { _tag: "ImageRejected", problem: "HostNotAllowed", wasSent: false })
    })
  )

  it.effect("a connection refused in one exchange's resolver does not open another's", () =>
    Effect.gen(function* () {
      const server = yield* tlsServer((_request, response) => response.end("x"), ["cdn.example.com"])
      const options = { lookup: lookupTo("127.0.0.1"), certificateAuthorities: [server.certificate] }
      const url = `https://cdn.example.com:${server.port}`
      const error = yield* run(
        Effect.gen(function* () {
          const transport = yield* Transport
          const { timeout, maximumBytes } = file(url)
          yield* transport.exchange({
            provider: "nanobanana",
            operation: "status",
            method: "GET",
            url,
            timeout,
            maximumBytes
          })
          return yield* Effect.flip(Effect.scoped(download(file(url))))
        }),
        options
      )
      assert.deepInclude(facts(error), { _tag: "ImageRejected", problem: "HostNotAllowed" })
    })
  )

  it.effect("a name that does not exist is DnsFailed", () =>
    Effect.gen(function* () {
      const error = yield* run(Effect.flip(Effect.scoped(download(file("https://cdn.example.com")))), {
        lookup: failingLookup("ENOTFOUND")
      })
      assert.deepInclude(facts(error), { _tag: "DnsFailed", host: "cdn.example.com", isTemporary: false })
    })
  )

  it.effect("behind a proxy only the known result hosts are fetched from, and no private address", () =>
    Effect.gen(function* () {
      const connections: Array<string> = []
      const proxy = yield* tcpServer((socket) =>
        socket.once("data", (data: Buffer) => {
          connections.push(data.toString().split(" ")[1] ?? "")
          socket.end("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
        })
      )
      const environment = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
      const resultHosts = ["results.example.com"]
      const failures = yield* run(
        Effect.forEach(
          ["https://elsewhere.example.com/", "https://10.0.0.1/", "https://eu.results.example.com/a.png"],
          (url) => Effect.flip(Effect.scoped(download(file(url, { resultHosts }))))
        ),
        { environment }
      )
      assert.deepStrictEqual(failures.map(facts), [
        hostNotAllowed("elsewhere.example.com: no known result host, and behind a proxy"),
        hostNotAllowed("10.0.0.1: not a public address"),
        { _tag: "ConnectionLost", phase: "connect", code: "PROXY_403", wasSent: false }
      ])
      assert.deepStrictEqual(connections, ["eu.results.example.com:443"])
    })
  )
})
