/**
 * Asks an HTTP proxy for a tunnel to a host (`CONNECT`, RFC 9110 section 9.3.6). What goes through it is encrypted for
 * the host: the proxy learns the host's name and nothing else.
 *
 * **Gotchas** The proxy's own troubles are told with a code that begins with `PROXY_`, so that a provider is not blamed
 * for them.
 */
import * as http from "node:http"
import type * as net from "node:net"
import { type OnSocket, openSocket, type SocketOptions, type SocketTarget } from "./Sockets.ts"

/** The proxy could not be reached, or refused; `code` is its status or the error's code. */
export class ProxyFailed extends Error {
  readonly code: string
  constructor(code: string) {
    super("The proxy did not open a tunnel")
    this.code = `PROXY_${code}`
  }
}

const unbracketed = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1")

const proxyFailed = (error: NodeJS.ErrnoException): ProxyFailed => new ProxyFailed(error.code ?? "FAILED")

const credentialsOf = (proxy: URL): Record<string, string> => {
  if (proxy.username === "" && proxy.password === "") return {}
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return { "Proxy-Authorization": `Basic ${Buffer.from(pair).toString("base64")}` }
}

/** Opens a connection to `target` through `proxy`; every socket made on the way is given to `track` at once. */
export const openTunnel = (
  proxy: URL,
  target: SocketTarget,
  options: SocketOptions,
  track: (socket: net.Socket) => void,
  onSocket: OnSocket
): void => {
  const isEncrypted = proxy.protocol === "https:"
  const proxyTarget = {
    hostname: unbracketed(proxy.hostname),
    port: Number(proxy.port) || (isEncrypted ? 443 : 80),
    isEncrypted
  }
  const authority = `${target.hostname.includes(":") ? `[${target.hostname}]` : target.hostname}:${target.port}`
  const askForTunnel = (proxySocket: net.Socket) => {
    const request = http.request({
      method: "CONNECT",
      path: authority,
      headers: { Host: authority, ...credentialsOf(proxy) },
      createConnection: () => proxySocket
    })
    request.once("connect", (response, through: net.Socket) => {
      if (response.statusCode !== 200) {
        through.destroy()
        return onSocket(new ProxyFailed(String(response.statusCode)), null)
      }
      track(openSocket({ ...target, through }, options, onSocket))
    })
    request.on("error", (error) => onSocket(proxyFailed(error), null))
    request.end()
  }
  track(
    openSocket(proxyTarget, options, (error, socket) => {
      if (error !== null) return onSocket(proxyFailed(error), null)
      askForTunnel(socket)
    })
  )
}
