import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { gzipSync } from "node:zlib"
import * as UndiciTransport from "../../../layers/transport/UndiciTransport.ts"
import type { Transport } from "../../../src/transport/Transport.ts"
import { exchange, facts, failure, get, text } from "./Exchanges.ts"
import { httpServer, tcpServer } from "./Servers.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Transport>, options: UndiciTransport.UndiciTransportOptions = {}) =>
  Effect.provide(effect, UndiciTransport.layerWith(options))

describe("UndiciTransport, reading answers", () => {
  it.effect("what is no HTTP is a lost connection", () =>
    Effect.gen(function* () {
      const server = yield* tcpServer((socket) => socket.once("data", () => socket.write("SSH-2.0-OpenSSH_9.6\r\n")))
      const error = yield* run(failure(get(server.origin)))
      assert.deepInclude(facts(error), { _tag: "ConnectionLost", phase: "headers", wasSent: true })
    })
  )

  it.effect("an interim answer (103) is the first byte, and not the answer", () =>
    Effect.gen(function* () {
      let firstBytes = 0
      const server = yield* tcpServer((socket) =>
        socket.once("data", () =>
          socket.write("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        )
      )
      const observer = { onSend: () => undefined, onFirstByte: () => void (firstBytes += 1) }
      const answer = yield* run(exchange(get(server.origin, { observer })))
      assert.deepStrictEqual([answer.status, text(answer.body), firstBytes], [200, "ok", 1])
    })
  )

  it.effect("an interim answer does not count as headers when the connection breaks after it", () =>
    Effect.gen(function* () {
      const server = yield* tcpServer((socket) =>
        socket.once("data", () => socket.end("HTTP/1.1 103 Early Hints\r\n\r\n"))
      )
      const error = yield* run(failure(get(server.origin)))
      assert.deepInclude(facts(error), { _tag: "ConnectionLost", phase: "headers", wasSent: true })
      assert.isUndefined(error.status)
    })
  )

  it.effect("a compressed answer that nobody asked for is understood", () =>
    Effect.gen(function* () {
      const server = yield* httpServer((_request, response) =>
        response.writeHead(429, { "content-encoding": "gzip" }).end(gzipSync('{"error":1}'))
      )
      const answer = yield* run(exchange(get(server.origin)))
      assert.deepStrictEqual([answer.status, text(answer.body)], [429, '{"error":1}'])
    })
  )

  it.effect("a compressed bomb is refused at the limit, with its status", () =>
    Effect.gen(function* () {
      const bomb = gzipSync(Buffer.alloc(20_000_000))
      const server = yield* httpServer((_request, response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end(bomb)
      )
      const error = yield* run(failure(get(server.origin, { maximumBytes: 1_000_000 })))
      assert.deepInclude(facts(error), { _tag: "IncompleteResponse", bytes: bomb.length, wasSent: true })
      assert.strictEqual(error.status, 200)
    })
  )

  it.effect("an observer that throws is a defect, and nothing is sent", () =>
    Effect.gen(function* () {
      let requests = 0
      const server = yield* httpServer((_request, response) => {
        requests += 1
        response.end()
      })
      const observer = {
        onSend: () => {
          throw new Error("observer")
        },
        onFirstByte: () => undefined
      }
      const exit = yield* Effect.exit(run(exchange(get(server.origin, { observer }))))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.strictEqual(requests, 0)
    })
  )

  it.live("tells how long a connection took to be made, and nothing where one was open already", () =>
    Effect.gen(function* () {
      const server = yield* httpServer((_request, response) => response.end("x"))
      const told: Array<string> = []
      const observer = {
        onConnected: (millis: number) => void told.push(millis >= 0 ? "connected" : "before it began"),
        onSend: () => void told.push("sent"),
        onFirstByte: () => undefined
      }
      const once = exchange(get(server.origin, { observer }))
      yield* run(Effect.andThen(once, once))
      assert.deepStrictEqual(told, ["connected", "sent", "sent"])
    })
  )

  it.effect("a limit of many days is a limit, and not over at once", () =>
    Effect.gen(function* () {
      const server = yield* httpServer((_request, response) => response.end("x"))
      const answer = yield* run(exchange(get(server.origin, { timeout: Duration.days(60) })))
      assert.strictEqual(text(answer.body), "x")
    })
  )
})
