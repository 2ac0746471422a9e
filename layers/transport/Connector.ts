/**
 * Connects undici's clients: directly, or through the proxy that the rules name for the host.
 */
import type { ProxyFor } from "../../src/transport/ProxyRules.ts"
import type { Connect } from "./Connection.ts"
import { openSocket, type SocketOptions } from "./Sockets.ts"
import { openTunnel } from "./Tunnel.ts"

/** A way to connect with these options. */
export const connector =
  (options: SocketOptions, proxyFor: ProxyFor): Connect =>
  (target, track, onSocket) => {
    const isEncrypted = target.protocol === "https:"
    const port = Number(target.port) || (isEncrypted ? 443 : 80)
    const socketTarget = { hostname: target.hostname, port, isEncrypted }
    const authority = target.hostname.includes(":") ? `[${target.hostname}]` : target.hostname
    const proxy = proxyFor(new URL(`${target.protocol}//${authority}:${port}`))
    if (proxy === undefined) track(openSocket(socketTarget, options, onSocket))
    else openTunnel(proxy, socketTarget, options, track, onSocket)
  }
