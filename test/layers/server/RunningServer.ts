/**
 * The server on a free port of this machine, over simulated services in memory, in real time.
 */
import * as net from "node:net"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { serve, type ServeOptions } from "../../../layers/server/Serve.ts"
import * as MemoryAccessTokens from "../../../layers/access/MemoryAccessTokens.ts"
import type { SimulationDocument } from "../../../mock-layers/simulation/Script.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { Owner } from "../../../schemas/Identifiers.ts"
import type { TokenScope } from "../../../schemas/Token.ts"
import { AccessTokens } from "../../../src/access/AccessTokens.ts"

/** A server that runs until its scope ends, or `stop`. */
export const startServer = Effect.fnUntraced(function* (
  options: Partial<ServeOptions> = {},
  simulation: Parameters<typeof Mock.layerWith>[0] & SimulationDocument = {}
) {
  const listening = yield* Deferred.make<{ readonly url: string; readonly port: number }>()
  const services = yield* Layer.build(
    Layer.fresh(Layer.merge(Mock.layerWith({ latency: 5, seed: 1, ...simulation }), MemoryAccessTokens.layer))
  )
  const fiber = yield* Effect.forkScoped(
    serve({ host: "127.0.0.1", port: 0, ...options }, (told) => Deferred.succeed(listening, told)).pipe(
      Effect.provideContext(services)
    )
  )
  const { port, url } = yield* Deferred.await(listening)
  const tokens = Context.get(services, AccessTokens)
  return {
    url: url.replace(/\/$/, ""),
    port,
    services,
    tokens,
    token: (owner: string, ...scopes: ReadonlyArray<TokenScope>) =>
      Effect.map(tokens.add({ owner: Owner.make(owner), scopes }), ({ token }) => Redacted.value(token)),
    stop: Fiber.interrupt(fiber)
  }
})

/** What comes back for raw bytes, until the server closes or `millis` are over; and whether it closed. */
export const rawExchange = (port: number, bytes: string, millis = 5_000) =>
  Effect.promise(
    () =>
      new Promise<{ readonly text: string; readonly isClosed: boolean }>((resolve) => {
        const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes))
        let text = ""
        const timer = setTimeout(() => end(false), millis)
        const end = (isClosed: boolean) => {
          clearTimeout(timer)
          socket.destroy()
          resolve({ text, isClosed })
        }
        socket.on("data", (chunk) => (text += chunk.toString("latin1")))
        socket.on("error", () => {})
        socket.on("close", () => end(true))
      })
  )
