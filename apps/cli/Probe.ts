/**
 * Asks whether a provider answers, by what its documents say is free: DeepSeek's list of models. Of the others nothing
 * free is documented, so only a connection is opened.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { connect as connectPlain, isIP } from "node:net"
import { connect as connectSecure } from "node:tls"
import * as UndiciTransport from "../../layers/transport/UndiciTransport.ts"
import type { QuotaScope } from "../../schemas/Provider.ts"
import type { Settings } from "../../schemas/Settings.ts"
import * as DeepSeekClient from "../../src/provider/deepseek/DeepSeekClient.ts"
import { proxyRules } from "../../src/transport/ProxyRules.ts"
import type { Reachability } from "./Diagnosis.ts"
import { failureText } from "./FailureText.ts"

/** Looks at one account, at its address, DeepSeek with this key. It never fails: a failure is a finding. */
export const probe = (
  provider: QuotaScope,
  baseURL: string,
  settings: Settings,
  key: Redacted.Redacted<string> | undefined
): Effect.Effect<Reachability> => {
  const proxyFor = proxyRules(process.env)
  if (Result.isFailure(proxyFor)) {
    return Effect.succeed({ state: "notProbed", detail: `${proxyFor.failure} can not be used` })
  }
  const isDirect = proxyFor.success(new URL(baseURL)) === undefined
  return provider === "deepseek" && key !== undefined ? askModels(settings, key) : openConnection(baseURL, isDirect)
}

const askModels = (settings: Settings, key: Redacted.Redacted<string>): Effect.Effect<Reachability> =>
  Effect.gen(function* () {
    const client = yield* DeepSeekClient.make
    const timeout = settings.deepseek.attemptTimeout.probe
    const models = yield* Effect.result(client.models(settings.deepseek, { number: 1, timeout, key }))
    return Result.isSuccess(models)
      ? ({ state: "answers", detail: `${models.success.length} models` } as const)
      : ({ state: "fails", detail: failureText(models.failure.reason) } as const)
  }).pipe(Effect.provide(UndiciTransport.layer))

const connectTimeout = Duration.seconds(5)

const openConnection = (baseURL: string, isDirect: boolean): Effect.Effect<Reachability> => {
  if (!isDirect) {
    return Effect.succeed({ state: "notProbed", detail: "a proxy is set, and nothing free is documented" })
  }
  const url = new URL(baseURL)
  const isSecure = url.protocol === "https:"
  const host = url.hostname.replace(/^\[|\]$/g, "")
  const port = Number(url.port || (isSecure ? 443 : 80))
  return Effect.callback<Reachability>((resume) => {
    const found = (reachability: Reachability): void => {
      socket.destroy()
      resume(Effect.succeed(reachability))
    }
    const opened = (): void => found({ state: "connected", detail: "nothing free is documented to ask" })
    const socket = isSecure
      ? connectSecure({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) }, opened)
      : connectPlain({ host, port }, opened)
    socket.on("error", (error: NodeJS.ErrnoException) => found({ state: "fails", detail: error.code ?? error.name }))
    return Effect.sync(() => socket.destroy())
  }).pipe(
    Effect.timeoutOrElse({
      duration: connectTimeout,
      orElse: () =>
        Effect.succeed({ state: "fails", detail: `no connection within ${Duration.format(connectTimeout)}` } as const)
    })
  )
}
