/**
 * Whether the URL of a result, taken out of a provider's answer, may be fetched at all. Somebody who controls that
 * answer must not make this machine knock on doors behind its own firewall.
 *
 * Here the URL is judged as it is written; what its name resolves to is judged by the connector when it connects, and
 * a redirect is a new URL that comes here again.
 *
 * **Gotchas** The refusal names the host alone: the rest of such a URL is often signed, and so a secret.
 */
import * as Result from "effect/Result"
import type { ImageRejected } from "../../schemas/Reason.ts"
import { isAddress, isLoopbackHost, isPublicAddress } from "./AddressPolicy.ts"

/** The refusal to fetch something from a host. */
export const hostNotAllowed = (host: string, problem: string): typeof ImageRejected.Type => ({
  _tag: "ImageRejected",
  problem: "HostNotAllowed",
  detail: `${host.slice(0, 253)}: ${problem}`
})

/**
 * Decides whether a result's URL may be fetched.
 *
 * **Details** `https:` only, on any port, without user name and password, not to this machine, and an address written
 * out must be public. With `allowLoopback` (the provider itself is on loopback) this machine is allowed too, also by
 * `http:`.
 *
 * **Errors** `ImageRejected` with `HostNotAllowed`: the URL is not fetched; asking the provider for the result again
 * may give another.
 */
export const checkDownloadUrl = (
  text: string,
  options: { readonly allowLoopback: boolean }
): Result.Result<URL, typeof ImageRejected.Type> => {
  if (!URL.canParse(text)) return Result.fail(hostNotAllowed("?", "not a URL"))
  const url = new URL(text)
  const host = url.hostname
  const refuse = (problem: string) => Result.fail(hostNotAllowed(host, problem))
  if (url.username !== "" || url.password !== "") return refuse("has a user name or password")
  if (isLoopbackHost(host)) {
    if (!options.allowLoopback) return refuse("is this machine")
    return url.protocol === "https:" || url.protocol === "http:" ? Result.succeed(url) : refuse("not http or https")
  }
  if (url.protocol !== "https:") return refuse("not https")
  if (isAddress(host) && !isPublicAddress(host)) return refuse("not a public address")
  return Result.succeed(url)
}

/** Whether a host is one of those a protocol puts its results on: the same name, or one below it. */
export const isResultHost = (host: string, resultHosts: ReadonlyArray<string>): boolean =>
  resultHosts.some((known) => host === known || host.endsWith(`.${known}`))
