import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { createHash, hash } from "node:crypto"
import type { LookupFunction } from "node:net"
import { gzipSync } from "node:zlib"
import * as UndiciTransport from "../../../layers/transport/UndiciTransport.ts"
import { type DownloadRequest, Transport } from "../../../src/transport/Transport.ts"
import { userAgent } from "../../../src/transport/UserAgent.ts"
import { headersOf, httpServer, tcpServer, tlsServer, told } from "./Servers.ts"
import { facts } from "./TransportContract.ts"

const limit = Duration.seconds(60)

const file = (url: string, more: Partial<DownloadRequest> = {}): DownloadRequest => ({
  provider: "nanobanana",
  url,
  allowLoopback: true,
  resultHosts: [],
  timeout: limit,
  maximumBytes: 10_000_000,
  ...more
})

const download = (request: DownloadRequest) => Transport.use((transport) => transport.download(request))

const bodyOf = (request: DownloadRequest) =>
  Effect.flatMap(download(request), ({ body }) => Effect.map(Stream.runCollect(body), (chunks) => Buffer.concat(chunks)))

const run = <A, E, R>(
  effect: Effect.Effect<A, E, R | Transport>,
  options: UndiciTransport.UndiciTransportOptions = {}
) => Effect.provide(effect, UndiciTransport.layerWith(options))

const lookupTo = (...addresses: ReadonlyArray<string>): LookupFunction => (_hostname, _options, callback) =>
  callback(null, addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })))

const hostNotAllowed = (detail: string) => ({
  _tag: "ImageRejected",
  problem: "HostNotAllowed",
  detail,
  wasSent: false
})

describe("UndiciTransport.download", () => {
  it.effect("sends no credential and no more than it must", () =>
    Effect.gen(function*() {
      const seen = told<Record<string, string | undefined>>()
      const server = yield* httpServer((request, response) => {
        seen.tell(headersOf(request))
        response.writeHead(200, { "content-type": "image/png" }).end("png")
      })
      const answer = yield* run(Effect.scoped(download(file(`${server.origin}/a.png?signature=1`))))
      assert.deepStrictEqual(yield* seen.heard, { accept: "image/*", "user-agent": userAgent })
      assert.deepStrictEqual([answer.status, answer.headers["content-type"]], [200, "image/png"])
    }))

  it.effect("gives a large file whole, also to a reader that is slower than the server", () =>
    Effect.gen(function*() {
      const bytes = Buffer.from(Array.from({ length: 4_000_000 }, (_, index) => (index * 7919) % 251))
      const server = yield* httpServer((_request, response) => response.end(bytes))
      const sum = createHash("sha256")
      yield* run(Effect.scoped(Effect.gen(function*() {
        const { body } = yield* download(file(server.origin))
        yield* Stream.runForEach(body, (chunk) => Effect.andThen(Effect.yieldNow, Effect.sync(() => sum.update(chunk))))
      })))
      assert.strictEqual(sum.digest("hex"), hash("sha256", bytes, "hex"))
    }))

  it.effect("trap 50: a file longer than allowed is cut, and its socket closed", () =>
    Effect.gen(function*() {
      const closed = told<void>()
      const server = yield* httpServer((_request, response) => {
        const pour = () => {
          while (!response.destroyed && response.write(Buffer.alloc(16_384)));
        }
        response.on("drain", pour).on("close", () => closed.tell())
        pour()
      })
      const scope = yield* Scope.make()
      const error = yield* run(Effect.flip(bodyOf(file(server.origin, { maximumBytes: 100_000 }))).pipe(
        Effect.provideService(Scope.Scope, scope)
      ))
      assert.deepInclude(facts(error), { _tag: "ImageRejected", problem: "TooManyBytes", wasSent: true })
      yield* closed.heard
      yield* Scope.close(scope, Exit.void)
    }))

  it.effect("a file that breaks off is a lost connection, in the stream", () =>
    Effect.gen(function*() {
      const server = yield* tcpServer((socket) =>
        socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"))
      )
      const error = yield* run(Effect.scoped(Effect.gen(function*() {
        const { body, status } = yield* download(file(server.origin))
        assert.strictEqual(status, 200)
        return yield* Effect.flip(Stream.runDrain(body))
      })))
      assert.deepInclude(facts(error), { _tag: "ConnectionLost", phase: "body", wasSent: true })
    }))

  it.effect("trap 3: the time runs over the body too, whatever trickles in", () =>
    Effect.gen(function*() {
      const answering = told<(text: string) => void>()
      const closed = told<void>()
      const taken = told<void>()
      const server = yield* httpServer((_request, response) => {
        response.on("close", () => closed.tell()).write("a")
        answering.tell((text) => response.write(text))
      })
      const reading = Effect.scoped(Effect.gen(function*() {
        const { body } = yield* download(file(server.origin))
        return yield* Effect.flip(Stream.runForEach(body, () => Effect.sync(() => taken.tell())))
      }))
      const fiber = yield* Effect.forkChild(run(reading))
      const write = yield* answering.heard
      yield* taken.heard
      yield* TestClock.adjust(Duration.seconds(59))
      write("b")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(Duration.seconds(1))
      assert.deepStrictEqual(facts(yield* Fiber.join(fiber)), { _tag: "TimedOut", phase: "body", limit, wasSent: true })
      yield* closed.heard
    }))

  it.effect("trap 50: closing the scope closes the socket of a file that nobody read", () =>
    Effect.gen(function*() {
      const closed = told<void>()
      const server = yield* httpServer((request, response) => {
        request.socket.on("close", () => closed.tell())
        response.writeHead(404).write("x".repeat(100_000))
      })
      const { status } = yield* run(Effect.scoped(download(file(server.origin))))
      assert.strictEqual(status, 404)
      yield* closed.heard
    }))

  it.effect("trap 4: an interrupted download is closed, even where its scope lives on", () =>
    Effect.gen(function*() {
      const asked = told<void>()
      const closed = told<void>()
      const server = yield* httpServer((request) => {
        request.socket.on("close", () => closed.tell())
        asked.tell()
      })
      const fiber = yield* Effect.forkChild(run(download(file(server.origin))))
      yield* asked.heard
      yield* Fiber.interrupt(fiber)
      yield* closed.heard
    }))

  it.effect("trap 49: a redirect is an answer; where it leads is asked for and checked anew", () =>
    Effect.gen(function*() {
      let requests = 0
      const server = yield* httpServer((_request, response) => {
        requests += 1
        response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end()
      })
      const { status, headers } = yield* run(Effect.scoped(download(file(server.origin))))
      assert.deepStrictEqual([status, headers["location"]], [302, "http://169.254.169.254/latest/meta-data"])
      assert.strictEqual(requests, 1)
    }))

  it.effect("trap 49: this machine is not fetched from unless the provider itself is on it", () =>
    Effect.gen(function*() {
      const server = yield* httpServer((_request, response) => response.end())
      const { port } = server
      const urls = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"].map((host) => `https://${host}:${port}/`)
      const errors = yield* run(Effect.forEach(urls, (url) =>
        Effect.flip(Effect.scoped(download(file(url, { allowLoopback: false }))))))
      assert.deepStrictEqual(errors.map((error) => error.reason._tag), urls.map(() => "ImageRejected"))
      assert.strictEqual(server.sockets.length, 0)
    }))

  it.effect("trap 49: a name is not fetched from when any of its addresses is private", () =>
    Effect.gen(function*() {
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
    }))

  it.effect("trap 49: a loopback name that leads elsewhere is not fetched from", () =>
    Effect.gen(function*() {
      const error = yield* run(
        Effect.flip(Effect.scoped(download(file("http://localhost:1/")))),
        { lookup: lookupTo("10.0.0.1") }
      )
      assert.deepInclude(facts(error), { _tag: "ImageRejected", problem: "HostNotAllowed", wasSent: false })
    }))

  it.effect("trap 49: a connection refused in one exchange's resolver does not open another's", () =>
    Effect.gen(function*() {
      const server = yield* tlsServer((_request, response) => response.end("x"), ["cdn.example.com"])
      const options = { lookup: lookupTo("127.0.0.1"), certificateAuthorities: [server.certificate] }
      const url = `https://cdn.example.com:${server.port}`
      const error = yield* run(Effect.gen(function*() {
        const transport = yield* Transport
        const { timeout, maximumBytes } = file(url)
        yield* transport.exchange({
          provider: "nanobanana", operation: "status", method: "GET", url, timeout, maximumBytes
        })
        return yield* Effect.flip(Effect.scoped(download(file(url))))
      }), options)
      assert.deepInclude(facts(error), { _tag: "ImageRejected", problem: "HostNotAllowed" })
    }))

  it.effect("a name that does not exist is DnsFailed", () =>
    Effect.gen(function*() {
      const lookup: LookupFunction = (_hostname, _options, callback) =>
        callback(Object.assign(new Error("lookup"), { code: "ENOTFOUND" }), "")
      const error = yield* run(Effect.flip(Effect.scoped(download(file("https://cdn.example.com")))), { lookup })
      assert.deepInclude(facts(error), { _tag: "DnsFailed", host: "cdn.example.com", isTemporary: false })
    }))

  it.effect("a file in a content coding that nobody asked for is refused", () =>
    Effect.gen(function*() {
      const server = yield* httpServer((_request, response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("png"))
      )
      const error = yield* run(Effect.flip(Effect.scoped(download(file(server.origin)))))
      assert.deepInclude(facts(error), { _tag: "IncompleteResponse", wasSent: true })
      assert.strictEqual(error.status, 200)
    }))

  it.effect("behind a proxy only the known result hosts are fetched from, and no private address", () =>
    Effect.gen(function*() {
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
    }))
})
