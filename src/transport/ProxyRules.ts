/**
 * Which requests go through an HTTP proxy, and through which: `HTTPS_PROXY` and `NO_PROXY` as curl reads them.
 *
 * Only `https:` is proxied (by `CONNECT`, so that the proxy sees a host name and no key). This machine never is.
 *
 * **Gotchas** A proxy that can not be understood is an error, not a reason to go out without it.
 */
import * as Result from "effect/Result"
import { isLoopbackHost } from "./AddressPolicy.ts"

/** The settings a proxy is taken from; the lower case name wins, as in curl. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>

/** Decides by URL; `undefined` means a direct connection. */
export type ProxyFor = (url: URL) => URL | undefined

const firstSet = (environment: ProxyEnvironment, name: string): string =>
  (environment[name.toLowerCase()] || environment[name] || "").trim()

/** `example.com`, `.example.com` and `*.example.com` all mean the name and everything below it. */
const isExempt = (url: URL, entry: string): boolean => {
  if (entry === "*") return true
  const [, name, port] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry.startsWith("[") ? entry : entry.toLowerCase()) ?? []
  if (name === undefined || name === "") return false
  if (port !== undefined && port !== (url.port || "443")) return false
  return url.hostname === name || url.hostname.endsWith(`.${name}`)
}

/**
 * Reads the proxy settings.
 *
 * **Details** A proxy without a scheme is `http://`. `NO_PROXY` is a list of names, with or without port, by commas or
 * spaces; a name covers what is below it; `*` turns the proxy off.
 *
 * **Errors** The name of the setting that is no `http:` or `https:` URL; its value is not told, it may hold a password.
 */
export const proxyRules = (environment: ProxyEnvironment): Result.Result<ProxyFor, "HTTPS_PROXY"> => {
  const setting = firstSet(environment, "HTTPS_PROXY")
  if (setting === "") return Result.succeed(() => undefined)
  const text = setting.includes("://") ? setting : `http://${setting}`
  const proxy = URL.canParse(text) ? new URL(text) : undefined
  if (proxy === undefined || (proxy.protocol !== "http:" && proxy.protocol !== "https:")) {
    return Result.fail("HTTPS_PROXY")
  }
  const exempt = firstSet(environment, "NO_PROXY").split(/[\s,]+/)
  return Result.succeed((url) =>
    url.protocol !== "https:" || isLoopbackHost(url.hostname) || exempt.some((entry) => isExempt(url, entry))
      ? undefined
      : proxy
  )
}
