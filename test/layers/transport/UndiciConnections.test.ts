import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as diagnostics from "node:diagnostics_channel"
import * as UndiciTransport from "../../../layers/transport/UndiciTransport.ts"
import type { Transport } from "../../../src/transport/Transport.ts"
import { exchange, facts, failure, get, limit, post, text } from "./Exchanges.ts"
import { httpServer, told } from "./Servers.ts"
import type { Socket } from "node:net"

const run = <A, E, R>(effect: Effect.Effect<A, E, R | Transport>) =>
  Effect.provide(effect, UndiciTransport.layerWith({}))

/** The sockets that undici has connected since. */
const connectedSockets = Effect.acquireRelease(
  Effect.sync(() => {
    const sockets: Array<Socket> = []
    const listener = (message: unknown) => void sockets.push((message as { readonly socket: Socket }).socket)
    diagnostics.subscribe("undici:client:connected", listener)
    return { sockets, listener }
  }),
  ({ listener }) => Effect.sync(() => diagnostics.unsubscribe("undici:client:connected", listener))
)

const turnOfTheEventLoop = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))

describe("UndiciTransport, its connections", () => {
  it.effect("interrupted at any moment, an exchange has closed its socket when it is over", () =>
    run(
      Effect.gen(function* () {
        const { sockets } = yield* connectedSockets
        const server = yield* httpServer((_request, response) => response.write("never the whole"))
        for (let turns = 0; turns < 25; turns += 1) {
          const fiber = yield* Effect.forkChild(exchange(post(server.origin)), { startImmediately: true })
          for (let turn = 0; turn < turns; turn += 1) yield* turnOfTheEventLoop
          yield* Fiber.interrupt(fiber)
          assert.isTrue(sockets.every((socket) => socket.closed))
        }
        assert.isAbove(sockets.length, 0)
      })
    )
  )

  it.effect("the socket is closed when a timeout, a limit or an error is reported, within a longer life", () =>
    Effect.gen(function* () {
      const { sockets } = yield* connectedSockets
      const asked = told<void>()
      const server = yield* httpServer((request, response) => {
        if (request.url === "/late") return asked.tell()
        if (request.url === "/long") return void response.end("x".repeat(2_000_000))
        request.socket.resetAndDestroy()
      })
      yield* run(
        Effect.gen(function* () {
          const late = yield* Effect.forkChild(failure(get(`${server.origin}/late`)))
          yield* asked.heard
          yield* TestClock.adjust(limit)
          assert.strictEqual((yield* Fiber.join(late)).reason._tag, "TimedOut")
          assert.deepStrictEqual(
            sockets.map((socket) => socket.closed),
            [true]
          )
          assert.strictEqual((yield* failure(get(`${server.origin}/long`))).reason._tag, "IncompleteResponse")
          assert.deepStrictEqual(
            sockets.map((socket) => socket.closed),
            [true, true]
          )
          assert.strictEqual((yield* failure(get(`${server.origin}/reset`))).reason._tag, "ConnectionLost")
          assert.deepStrictEqual(
            sockets.map((socket) => socket.closed),
            [true, true, true]
          )
        })
      )
    })
  )

  it.effect("a connection is kept for the next exchange and closed with the layer", () =>
    Effect.gen(function* () {
      const { sockets } = yield* connectedSockets
      const server = yield* httpServer((_request, response) => response.writeHead(404).end("no"))
      yield* run(
        Effect.gen(function* () {
          yield* exchange(get(server.origin))
          yield* exchange(post(server.origin))
          assert.deepStrictEqual(
            sockets.map((socket) => socket.destroyed),
            [false]
          )
        })
      )
      assert.deepStrictEqual(
        sockets.map((socket) => socket.closed),
        [true]
      )
    })
  )

  it.effect("a paid submit never goes over a connection that was used before", () =>
    Effect.gen(function* () {
      const server = yield* httpServer((_request, response) => response.end())
      yield* run(
        Effect.gen(function* () {
          yield* exchange(post(server.origin))
          yield* exchange(post(server.origin, { operation: "submit" }))
          assert.strictEqual(server.sockets.length, 2)
          yield* exchange(post(server.origin))
          assert.strictEqual(server.sockets.length, 2)
        })
      )
    })
  )

  it.effect("a request lost on a kept connection counts as sent, and is not sent again", () =>
    Effect.gen(function* () {
      let requests = 0
      const server = yield* httpServer((request, response) => {
        requests += 1
        if (requests === 1) response.end()
        else request.socket.destroy()
      })
      const error = yield* run(Effect.andThen(exchange(post(server.origin)), failure(post(server.origin))))
      assert.deepInclude(facts(error), { _tag: "ConnectionLost", phase: "headers", wasSent: true })
      assert.strictEqual(requests, 2)
    })
  )

  it.effect("a server that closes after its answer costs the next exchange a connection, nothing else", () =>
    Effect.gen(function* () {
      const server = yield* httpServer((_request, response) =>
        response.writeHead(200, { connection: "close" }).end("x")
      )
      yield* run(Effect.forEach([1, 2, 3], () => exchange(get(server.origin))))
      assert.strictEqual(server.sockets.length, 3)
    })
  )

  it.effect("exchanges at the same time go over connections of their own", () =>
    Effect.gen(function* () {
      const server = yield* httpServer((request, response) => response.end(request.url))
      const paths = Array.from({ length: 30 }, (_, index) => `/${index}`)
      const bodies = yield* run(
        Effect.forEach(
          paths,
          (path) => Effect.map(exchange(get(server.origin + path)), (answer) => text(answer.body)),
          { concurrency: 30 }
        )
      )
      assert.deepStrictEqual(bodies, paths)
      assert.strictEqual(server.sockets.length, 30)
    })
  )
})
