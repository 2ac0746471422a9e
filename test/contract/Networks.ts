/**
 * Broken networks: each is a resolver and a server on loopback that fail in one way, and count what reached them.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { LookupFunction, Socket } from "node:net"
import type * as UndiciTransport from "../../layers/transport/UndiciTransport.ts"
import { failingLookup, lookupTo } from "../layers/transport/Exchanges.ts"
import { closedPort, httpServer, tcpServer, tlsServer, told } from "../layers/transport/Servers.ts"

/** What was seen of a call, from the outside. */
export interface Seen {
  /** Names that were asked for: one for each connection that was tried. */
  readonly lookups: number
  /** Connections that the server took. */
  readonly connections: number
  /** Requests of which the server saw the head. */
  readonly requests: number
}

export interface Network {
  readonly baseUrl: string
  readonly options: UndiciTransport.UndiciTransportOptions
  readonly seen: () => Seen
  /** Ends when the server has taken this many connections; it may hear of one after the client gave up. */
  readonly taken: (connections: number) => Effect.Effect<void>
}

export type MakeNetwork = Effect.Effect<Network, never, Scope.Scope>

/** The one name that may be reached without TLS. */
export const plainHost = "localhost"
export const secureHost = "api.provider.test"

const networkOf = (
  baseUrl: string,
  lookup: LookupFunction,
  counts: { requests: number },
  sockets: ReadonlyArray<Socket> = [],
  options: UndiciTransport.UndiciTransportOptions = {},
  taken: Network["taken"] = () => Effect.void
): Network => {
  let lookups = 0
  return {
    baseUrl,
    options: {
      ...options,
      lookup: (hostname, lookupOptions, callback) => {
        lookups += 1
        lookup(hostname, lookupOptions, callback)
      }
    },
    seen: () => ({ lookups, connections: sockets.length, requests: counts.requests }),
    taken
  }
}

const toLoopback = lookupTo("127.0.0.1")

/** A resolver that fails. */
export const withoutName = (code: string): MakeNetwork =>
  Effect.sync(() => networkOf(`https://${secureHost}`, failingLookup(code), { requests: 0 }))

/** A resolver that never answers. */
export const silentResolver: MakeNetwork = Effect.sync(() =>
  networkOf(`https://${secureHost}`, () => undefined, { requests: 0 })
)

/** Nobody listens. */
export const refused: MakeNetwork = Effect.map(closedPort, (port) =>
  networkOf(`http://${plainHost}:${port}`, toLoopback, { requests: 0 })
)

const secureTcp = (onConnection: (socket: Socket) => void): MakeNetwork =>
  Effect.gen(function* () {
    const heard = Array.from({ length: 10 }, () => told<void>())
    let connections = 0
    const server = yield* tcpServer((socket) => {
      onConnection(socket)
      heard[connections]?.tell()
      connections += 1
    })
    const taken: Network["taken"] = (count) => heard[count - 1]?.heard ?? Effect.void
    return networkOf(`https://${secureHost}:${server.port}`, toLoopback, { requests: 0 }, server.sockets, {}, taken)
  })

/** The connection is taken, and the TLS handshake never answered. */
export const silentHandshake: MakeNetwork = secureTcp((socket) => void socket.resume())

/** The connection is reset before the request can be written. */
export const resetBefore: MakeNetwork = secureTcp((socket) => void socket.once("data", () => socket.resetAndDestroy()))

/** The connection is reset when the whole request has come. */
export const resetAfter: MakeNetwork = Effect.gen(function* () {
  const counts = { requests: 0 }
  const server = yield* httpServer((request) => {
    counts.requests += 1
    request.resume().on("end", () => request.socket.resetAndDestroy())
  })
  return networkOf(`http://${plainHost}:${server.port}`, toLoopback, counts, server.sockets)
})

/** The connection is closed in the middle of the answer. */
export const closedInAnswer: MakeNetwork = Effect.gen(function* () {
  const counts = { requests: 0 }
  const server = yield* httpServer((request, response) => {
    counts.requests += 1
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" })
      response.write('{"code":200,', () => request.socket.end())
    })
  })
  return networkOf(`http://${plainHost}:${server.port}`, toLoopback, counts, server.sockets)
})

/** The certificate is not one that is trusted, or not one of this name. */
export const untrusted = (problem: "issuer" | "name"): MakeNetwork =>
  Effect.gen(function* () {
    const counts = { requests: 0 }
    const names = [problem === "name" ? "other.provider.test" : secureHost]
    const server = yield* tlsServer((_request, response) => {
      counts.requests += 1
      response.end()
    }, names)
    const options = problem === "name" ? { certificateAuthorities: [server.certificate] } : {}
    return networkOf(`https://${secureHost}:${server.port}`, toLoopback, counts, server.sockets, options)
  })
