import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { createHash, hash } from "node:crypto"
import { gzipSync } from "node:zlib"
import * as UndiciTransport from "../../../layers/transport/UndiciTransport.ts"
import type { DownloadRequest, Transport } from "../../../src/transport/Transport.ts"
import { userAgent } from "../../../src/transport/UserAgent.ts"
import { download, facts, file, limit } from "./Exchanges.ts"
import { headersOf, httpServer, tcpServer, told } from "./Servers.ts"

const bodyOf = (request: DownloadRequest) =>
  Effect.flatMap(download(request), ({ body }) =>
    Effect.map(Stream.runCollect(body), (chunks) => Buffer.concat(chunks))
  )

const run = <A, E, R>(
  effect: Effect.Effect<A, E, R | Transport>,
  options: UndiciTransport.UndiciTransportOptions = {}
) => Effect.provide(effect, UndiciTransport.layerWith(options))

describe("UndiciTransport.download", () => {
  it.effect("sends no credential and no more than it must", () =>
    Effect.gen(function* () {
      const seen = told<Record<string, string | undefined>>()
      const server = yield* httpServer((request, response) => {
        seen.tell(headersOf(request))
        response.writeHead(200, { "content-type": "image/png" }).end("png")
      })
      const answer = yield* run(Effect.scoped(download(file(`${server.origin}/a.png?signature=1`))))
      assert.deepStrictEqual(yield* seen.heard, { accept: "image/*", "user-agent": userAgent })
      assert.deepStrictEqual([answer.status, answer.headers["content-type"]], [200, "image/png"])
    })
  )

  it.effect("gives a large file whole, also to a reader that is slower than the server", () =>
    Effect.gen(function* () {
      const bytes = Buffer.from(Array.from({ length: 4_000_000 }, (_, index) => (index * 7919) % 251))
      const server = yield* httpServer((_request, response) => response.end(bytes))
      const sum = createHash("sha256")
      yield* run(
        Effect.scoped(
          Effect.gen(function* () {
            const { body } = yield* download(file(server.origin))
            yield* Stream.runForEach(body, (chunk) =>
              Effect.andThen(
                Effect.yieldNow,
                Effect.sync(() => sum.update(chunk))
              )
            )
          })
        )
      )
      assert.strictEqual(sum.digest("hex"), hash("sha256", bytes, "hex"))
    })
  )

  it.effect("a file longer than allowed is cut, and its socket closed", () =>
    Effect.gen(function* () {
      const closed = told<void>()
      const server = yield* httpServer((_request, response) => {
        const pour = () => {
          while (!response.destroyed && response.write(Buffer.alloc(16_384)));
        }
        response.on("drain", pour).on("close", () => closed.tell())
        pour()
      })
      const scope = yield* Scope.make()
      const error = yield* run(
        Effect.flip(bodyOf(file(server.origin, { maximumBytes: 100_000 }))).pipe(
          Effect.provideService(Scope.Scope, scope)
        )
      )
      assert.deepInclude(facts(error), { _tag: "ImageRejected", problem: "TooManyBytes", wasSent: true })
      yield* closed.heard
      yield* Scope.close(scope, Exit.void)
    })
  )

  it.effect("a file that breaks off is a lost connection, in the stream", () =>
    Effect.gen(function* () {
      const server = yield* tcpServer((socket) =>
        socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"))
      )
      const error = yield* run(
        Effect.scoped(
          Effect.gen(function* () {
            const { body, status } = yield* download(file(server.origin))
            assert.strictEqual(status, 200)
            return yield* Effect.flip(Stream.runDrain(body))
          })
        )
      )
      assert.deepInclude(facts(error), { _tag: "ConnectionLost", phase: "body", wasSent: true })
    })
  )

  it.effect("the time runs over the body too, whatever trickles in", () =>
    Effect.gen(function* () {
      const answering = told<(text: string) => void>()
      const closed = told<void>()
      const taken = told<void>()
      const server = yield* httpServer((_request, response) => {
        response.on("close", () => closed.tell()).write("a")
        answering.tell((text) => response.write(text))
      })
      const reading = Effect.scoped(
        Effect.gen(function* () {
          const { body } = yield* download(file(server.origin))
          return yield* Effect.flip(Stream.runForEach(body, () => Effect.sync(() => taken.tell())))
        })
      )
      const fiber = yield* Effect.forkChild(run(reading))
      const write = yield* answering.heard
      yield* taken.heard
      yield* TestClock.adjust(Duration.seconds(4))
      write("b")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(Duration.seconds(1))
      assert.deepStrictEqual(facts(yield* Fiber.join(fiber)), { _tag: "TimedOut", phase: "body", limit, wasSent: true })
      yield* closed.heard
    })
  )

  it.effect("closing the scope closes the socket of a file that nobody read", () =>
    Effect.gen(function* () {
      const closed = told<void>()
      const server = yield* httpServer((request, response) => {
        request.socket.on("close", () => closed.tell())
        response.writeHead(404).write("x".repeat(100_000))
      })
      const { status } = yield* run(Effect.scoped(download(file(server.origin))))
      assert.strictEqual(status, 404)
      yield* closed.heard
    })
  )

  it.effect("an interrupted download is closed, even where its scope lives on", () =>
    Effect.gen(function* () {
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
    })
  )

  it.effect("a file in a content coding that nobody asked for is refused", () =>
    Effect.gen(function* () {
      const server = yield* httpServer((_request, response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("png"))
      )
      const error = yield* run(Effect.flip(Effect.scoped(download(file(server.origin)))))
      assert.deepInclude(facts(error), { _tag: "IncompleteResponse", wasSent: true })
      assert.strictEqual(error.status, 200)
    })
  )
})
