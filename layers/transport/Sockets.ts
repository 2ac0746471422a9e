/**
 * Opens one TCP or TLS connection, and says when it is ready or why it is not. It sets no timer: the time limit of the
 * whole exchange covers connecting, and destroys the socket.
 *
 * HTTP/1.1 only is offered in the TLS handshake, so that one socket carries one exchange, and closing the socket ends
 * that exchange and no other.
 */
import * as dns from "node:dns"
import * as net from "node:net"
import * as tls from "node:tls"

/** How names are resolved and certificates trusted. */
export interface SocketOptions {
  /** In place of the system's resolver. */
  readonly lookup?: net.LookupFunction
  /** In place of the certificate authorities that Node.js trusts; PEM. */
  readonly certificateAuthorities?: ReadonlyArray<string>
}

/** Where to connect to; `through` is an open connection to a proxy that leads there. */
export interface SocketTarget {
  readonly hostname: string
  readonly port: number
  readonly isEncrypted: boolean
  readonly through?: net.Socket
}

/** Called once, with a connected socket or with the error. Not called when the socket is destroyed before. */
export type OnSocket = (...outcome: [error: null, socket: net.Socket] | [error: Error, socket: null]) => void

const connect = (target: SocketTarget, options: SocketOptions): net.Socket => {
  const address = { host: target.hostname, port: target.port, lookup: options.lookup ?? dns.lookup }
  if (!target.isEncrypted) return net.connect(address)
  return tls.connect({
    ...address,
    ALPNProtocols: ["http/1.1"],
    ...(net.isIP(target.hostname) === 0 ? { servername: target.hostname } : {}),
    ...(options.certificateAuthorities === undefined ? {} : { ca: [...options.certificateAuthorities] }),
    ...(target.through === undefined ? {} : { socket: target.through })
  })
}

/** Begins to connect. The socket is returned at once, so that it can be destroyed while it still connects. */
export const openSocket = (target: SocketTarget, options: SocketOptions, onSocket: OnSocket): net.Socket => {
  let isSettled = false
  const settle: OnSocket = (...outcome) => {
    if (isSettled) return
    isSettled = true
    onSocket(...outcome)
  }
  const socket = connect(target, options)
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 60_000)
  socket.once(target.isEncrypted ? "secureConnect" : "connect", () => settle(null, socket))
  socket.on("error", (error) => settle(error, null))
  return socket
}
