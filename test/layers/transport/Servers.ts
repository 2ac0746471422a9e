/**
 * Servers on loopback for the transport tests: HTTP, bare TCP, TLS. Each lives in the test's scope, which also cuts the
 * connections that are left.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import * as https from "node:https"
import * as net from "node:net"
import type * as tls from "node:tls"
import { makeCertificate } from "./Certificate.ts"

export interface TestServer {
  readonly port: number
  /** `http://127.0.0.1:port` */
  readonly origin: string
  /** All connections that were ever made to it. */
  readonly sockets: ReadonlyArray<net.Socket>
}

const listening = <S extends net.Server>(server: S): Effect.Effect<TestServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<TestServer>((resume) => {
      const sockets: Array<net.Socket> = []
      server.on("connection", (socket: net.Socket) => {
        socket.on("error", () => undefined)
        sockets.push(socket)
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as net.AddressInfo
        resume(Effect.succeed({ port, origin: `http://127.0.0.1:${port}`, sockets }))
      })
    }),
    ({ sockets }) =>
      Effect.callback<void>((closed) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => closed(Effect.void))
      })
  )

export const httpServer = (onRequest: http.RequestListener) =>
  Effect.suspend(() => listening(http.createServer({ keepAliveTimeout: 60_000 }, onRequest)))

export const tcpServer = (onConnection: (socket: net.Socket) => void, options: net.ServerOpts = {}) =>
  Effect.suspend(() => listening(net.createServer(options, onConnection)))

/** A TLS server with a certificate of its own for these names; `certificate` is what a client must trust. */
export const tlsServer = (onRequest: http.RequestListener, names: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { key, certificate } = makeCertificate(names)
    const server = yield* listening(https.createServer({ key, cert: certificate }, onRequest) as tls.Server)
    return { ...server, certificate }
  })

/** A port of loopback where nobody listens. */
export const closedPort = Effect.scoped(
  Effect.map(
    tcpServer(() => undefined),
    ({ port }) => port
  )
)

/** Something that a callback of a server tells a test. */
export interface Told<A> {
  readonly tell: (value: A) => void
  readonly heard: Effect.Effect<A>
}

export const told = <A>(): Told<A> => {
  const deferred = Deferred.makeUnsafe<A>()
  return { tell: (value) => void Deferred.doneUnsafe(deferred, Effect.succeed(value)), heard: Deferred.await(deferred) }
}

/** The names and values of a request's head as they came, without those that HTTP itself needs. */
export const headersOf = (request: http.IncomingMessage): Record<string, string | undefined> => {
  const needed = new Set(["host", "connection", "content-length"])
  const headers: Record<string, string | undefined> = {}
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? ""
    if (!needed.has(name.toLowerCase())) headers[name.toLowerCase()] = request.rawHeaders[index + 1]
  }
  return headers
}
