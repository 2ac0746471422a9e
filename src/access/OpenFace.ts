/**
 * Who is served while there is no token: this machine alone, and no web page that a browser on it shows. Pure.
 *
 * - The peer's address is a loopback one, whatever the server listens on.
 * - `Host` names this machine: a name that somebody else's DNS points here (rebinding) is refused.
 * - A request from a page (`Origin`, or `Sec-Fetch-Site`) comes from this server's own: a page elsewhere can send one, and
 *   must not start paid work (cross-site request forgery).
 *
 * A proxy or tunnel on this machine hides who asks: make a token before there is one.
 */
import { isLoopback } from "../http-face/Loopback.ts"

/** What is known of a request. Header names are lower case. */
export interface OpenRequest {
  readonly remoteAddress: string | undefined
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** Why a request is refused, or `undefined` where it is served. */
export const refusedWhileOpen = ({ headers, remoteAddress }: OpenRequest): string | undefined => {
  // Without a socket, a host calls the routes itself.
  if (remoteAddress !== undefined && !isLoopback(remoteAddress.replace(/^::ffff:/, "")))
    return "there is no token, so that only this machine is served"
  const host = headers["host"]
  if (host === undefined || !isLoopback(nameOf(host))) return "there is no token, so that Host must name this machine"
  const origin = headers["origin"]
  if (origin !== undefined && hostOf(origin) !== host.toLowerCase())
    return "there is no token, so that pages of other origins are not served"
  const site = headers["sec-fetch-site"]
  return site === undefined || site === "same-origin" || site === "none"
    ? undefined
    : "there is no token, so that pages of other sites are not served"
}

const nameOf = (host: string): string => host.replace(/:\d+$/, "")

const hostOf = (origin: string): string | undefined => /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase()
