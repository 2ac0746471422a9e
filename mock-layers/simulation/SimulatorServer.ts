/**
 * The simulated providers over TCP, on this machine only: the same scripts as in process, on real sockets and in real
 * time. Each provider has a prefix; `/__simulator` is for whoever watches.
 *
 * | path                        | is                                                                          |
 * | --------------------------- | --------------------------------------------------------------------------- |
 * | `/deepseek`                 | DeepSeek, with and without `/v1`                                            |
 * | `/nanobananaapi`            | nanobananaapi.ai                                                            |
 * | `/generic`                  | the generic job API                                                         |
 * | `/files`                    | the host of the results                                                     |
 * | `GET /__simulator/totals`   | requests, accepted submits, money charged, requests in flight               |
 * | `GET /__simulator/ledger`   | the same, and the newest requests one by one                                |
 * | `GET /__simulator/windows`  | the most requests of `?operation=` counted in any window of `?window=`      |
 * | `GET /__simulator/instants` | when each request of `?operation=` was counted                              |
 * | `/__simulator/script`       | `GET` tells the script, `POST` changes the given fields of it               |
 * | `POST /__simulator/reset`   | forgets requests, jobs and charges                                          |
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaIssue from "effect/SchemaIssue"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import { ConfigurationError } from "../../schemas/Settings.ts"
import { firstProblem } from "../../src/input/SchemaProblem.ts"
import { makeMockHandle, type MockHandle } from "../MockHandle.ts"
import { answerControl } from "./ControlApi.ts"
import { deliver } from "./Deliver.ts"
import { providerOf } from "./Messages.ts"
import { playOverTcp } from "./PlayOverTcp.ts"
import { operationOf, routeOfPath } from "./Route.ts"
import { type SimulationDocument, SimulationOptions } from "./Script.ts"
import { Simulation } from "./Simulation.ts"

/** **Units** `port` default 0: a free one. */
export interface SimulatorOptions extends SimulationDocument {
  readonly port?: number
}

/** A server that listens. `handle` is the same that `/__simulator` offers, in process. */
export interface Simulator {
  readonly port: number
  readonly baseUrls: { readonly deepseek: string; readonly nanobananaapi: string; readonly generic: string }
  readonly controlUrl: string
  readonly handle: MockHandle["Service"]
}

/**
 * Listens on 127.0.0.1 until the scope closes; then open connections are closed.
 *
 * **Errors** `ConfigurationError` when the options can not be used, or the port can not be had.
 */
export const make = ({ port = 0, ...options }: SimulatorOptions = {}): Effect.Effect<
  Simulator,
  ConfigurationError,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const decoded = Schema.decodeUnknownResult(SimulationOptions)(options, { onExcessProperty: "error" })
    if (Result.isFailure(decoded)) return yield* badOptions(decoded.failure.issue)
    const simulation = new Simulation(decoded.success)
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const server = http.createServer((incoming, outgoing) => {
      const fiber = runFork(serve(simulation, incoming, outgoing))
      outgoing.once("close", () => fiber.interruptUnsafe())
    })
    const address = yield* Effect.acquireRelease(listen(server, port), () => close(server))
    const root = `http://127.0.0.1:${address.port}`
    return {
      port: address.port,
      baseUrls: { deepseek: `${root}/deepseek`, nanobananaapi: `${root}/nanobananaapi`, generic: `${root}/generic` },
      controlUrl: `${root}/__simulator`,
      handle: makeMockHandle(simulation)
    }
  })

const badOptions = (issue: SchemaIssue.Issue): ConfigurationError => {
  const { expected, path } = firstProblem(issue, SimulationOptions.ast)
  return refused(path.map(String).join("."), "can not be used", expected)
}

const refused = (name: string, problem: string, expected: string) =>
  new ConfigurationError({ problems: [{ name, problem, expected }] })

const listen = (server: http.Server, port: number): Effect.Effect<AddressInfo, ConfigurationError> =>
  Effect.callback((resume) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(refused("port", `can not be had (${error.code ?? "unknown"})`, "a free port from 0 to 65535")))
    )
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      return resume(Effect.fail(refused("port", "is no port", "a whole number from 0 to 65535")))
    }
    server.listen(port, "127.0.0.1", () => resume(Effect.succeed(server.address() as AddressInfo)))
  })

const close = (server: http.Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

const serve = (
  simulation: Simulation,
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const path = incoming.url ?? "/"
    const method = incoming.method ?? "GET"
    const route = routeOfPath(path)
    if (route === undefined) return answerControl(simulation, method, path, yield* bodyOf(incoming), outgoing)
    const leave = simulation.ledger.inFlight.enter(providerOf(route.service))
    outgoing.once("finish", leave).once("close", leave)
    const body = yield* bodyOf(incoming)
    const underway = simulation.send({
      ...route,
      operation: operationOf(method, route),
      method,
      hasKey: /^Bearer\s+\S/.test(incoming.headers.authorization ?? ""),
      body,
      fileBaseUrl: `http://${incoming.headers.host ?? "127.0.0.1"}/files/r`
    })
    yield* playOverTcp(yield* deliver(simulation, underway), outgoing)
  })

const largestBodyBytes = 4 * 1024 * 1024

const bodyOf = (incoming: http.IncomingMessage): Effect.Effect<string> =>
  Effect.callback((resume) => {
    const chunks: Array<Buffer> = []
    let length = 0
    incoming.on("data", (chunk: Buffer) => {
      length += chunk.length
      if (length <= largestBodyBytes) chunks.push(chunk)
    })
    incoming.once("end", () => resume(Effect.succeed(Buffer.concat(chunks).toString("utf8"))))
  })
