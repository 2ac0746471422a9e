/**
 * Which simulated service a request is for. In process the host is of no meaning: the library's own settings name the
 * real ones. Over TCP the first segment of the path names the service.
 */
import type { Operation, Provider } from "../../schemas/Provider.ts"
import { fieldOf, jsonOf } from "./Handler.ts"
import type { SimulatedService } from "./Messages.ts"

/** A service, and the path below its base URL. */
export interface Route {
  readonly service: SimulatedService
  readonly path: string
}

const tails: Readonly<Record<Provider, RegExp>> = {
  deepseek: /\/(?:chat\/completions|models|user\/balance)$/,
  nanobanana: /\/(?:generate|generate-2|generate-pro|record-info|jobs\/[^/]+)$/
}

/**
 * The route of a request in process: the end of its path, whatever the base URL is. `POST /generate` exists in both image
 * protocols; only nanobananaapi.ai has a `type`.
 */
export const routeOf = (provider: Provider, url: URL, body: string): Route => {
  const tail = tails[provider].exec(url.pathname)?.[0] ?? url.pathname
  const path = tail + url.search
  if (provider === "deepseek") return { service: "deepseek", path }
  const isGeneric = tail.startsWith("/jobs/") || (tail === "/generate" && fieldOf(jsonOf(body), "type") === undefined)
  return { service: isGeneric ? "generic" : "nanobananaapi", path }
}

const prefixed = /^\/(deepseek|nanobananaapi|generic|files)(?=\/)/

/** The route of a request over TCP; `undefined` where no service has that path. */
export const routeOfPath = (pathAndQuery: string): Route | undefined => {
  const service = prefixed.exec(pathAndQuery)?.[1] as SimulatedService | undefined
  return service === undefined ? undefined : { service, path: pathAndQuery.slice(service.length + 1) }
}

/** The operation of a request over TCP, which the library would name itself. */
export const operationOf = (method: string, { service }: Route): Operation => {
  if (service === "files") return "download"
  if (service === "deepseek") return method === "POST" ? "chat" : "probe"
  if (method === "DELETE") return "cancel"
  return method === "POST" ? "submit" : "status"
}
