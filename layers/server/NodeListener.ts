/**
 * The HTTP server of Node, with bounds on what a client may send and on how slowly. Node's strict parser refuses what is
 * ambiguous (two lengths, a length beside chunks, bad headers) before any of our code runs.
 *
 * | bound | value | what it stops |
 * | --- | --- | --- |
 * | headers | 16 KiB, 100 of them | memory spent before anybody is known |
 * | time for the headers | 10 s | slowloris: a header a minute |
 * | time for the whole request | 30 s | a body that trickles; ours are small |
 * | no progress while bytes wait to be read | 30 s | a client that reads nothing, or stopped |
 * | idle between requests | 5 s | connections kept for nothing |
 * | requests of a connection | 1000 | a connection that never lets a balancer move it |
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { Socket } from "node:net"

/** **Units** milliseconds, bytes. */
const limits = {
  headerBytes: 16_384,
  headers: 100,
  headersMillis: 10_000,
  requestMillis: 30_000,
  stallMillis: 30_000,
  idleMillis: 5_000,
  requestsPerConnection: 1_000,
  checkMillis: 1_000
}

/** The bounds that a test makes shorter. */
export type NodeListenerLimits = typeof limits

/** What is told to every client, whatever it asked. A page of ours brings a policy of its own. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin"
}

/** A server that does not listen yet. `maximumConnections` are held at once; further ones are closed unheard. */
export const makeNodeServer = (maximumConnections: number, shorter: Partial<NodeListenerLimits> = {}): Server => {
  const bounds = { ...limits, ...shorter }
  const server = createServer({
    maxHeaderSize: bounds.headerBytes,
    headersTimeout: bounds.headersMillis,
    requestTimeout: bounds.requestMillis,
    keepAliveTimeout: bounds.idleMillis,
    connectionsCheckingInterval: bounds.checkMillis,
    requireHostHeader: true,
    insecureHTTPParser: false
  })
  server.maxHeadersCount = bounds.headers
  server.maxRequestsPerSocket = bounds.requestsPerConnection
  server.maxConnections = maximumConnections
  server.timeout = bounds.stallMillis
  const answering = new WeakMap<Socket, number>()
  // First of the listeners: what it sets stands on every answer, those of faults included.
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    answering.set(socket, (answering.get(socket) ?? 0) + 1)
    response.once("close", () => answering.set(socket, (answering.get(socket) ?? 1) - 1))
  })
  // Nothing was read or written for a while; Node counts bytes that the other side has taken as progress.
  server.on("timeout", (socket: Socket) => {
    const isWaitingForUs = (answering.get(socket) ?? 0) > 0 && socket.writableLength === 0
    if (isWaitingForUs) socket.setTimeout(bounds.stallMillis)
    else socket.destroy()
  })
  return server
}
