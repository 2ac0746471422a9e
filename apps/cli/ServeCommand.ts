/**
 * What `ludeng serve` does. The heavy part, loaded only by it.
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as AlertLog from "../../layers/alerts/AlertLog.ts"
import * as AlertWebhook from "../../layers/alerts/AlertWebhook.ts"
import * as HealthProbe from "../../layers/health/HealthProbe.ts"
import * as HomeAccessTokens from "../../layers/access/HomeAccessTokens.ts"
import { homeProblem } from "../../layers/home/Home.ts"
import * as JobWorker from "../../layers/job/JobWorker.ts"
import { AccessTokens } from "../../src/access/AccessTokens.ts"
import { isLoopback } from "../../src/http-face/Loopback.ts"
import { type Listening, serve, type ServeOptions } from "../../layers/server/Serve.ts"
import { ConfigurationError } from "../../schemas/Settings.ts"
import type { Provider } from "../../schemas/Provider.ts"
import { runOver } from "./Call.ts"
import { Session } from "./Session.ts"

const needed: ReadonlyArray<Provider> = ["deepseek", "nanobanana"]

/** The exporter that the standard variables ask for; without an endpoint it is not even loaded. */
const exporters = Layer.unwrap(
  Effect.gen(function* () {
    const endpoint = yield* Config.option(Config.String("OTEL_EXPORTER_OTLP_ENDPOINT"))
    if (Option.isNone(endpoint)) return Layer.empty
    const { layerFromEnvironment } = yield* Effect.promise(() => import("../../layers/telemetry/Otlp.ts"))
    return layerFromEnvironment
  })
).pipe(
  Layer.catch(() =>
    Layer.effectDiscard(
      new ConfigurationError({
        problems: [
          {
            name: "OTEL_EXPORTER_OTLP_*",
            problem: "can not be read",
            expected: "the variables of OpenTelemetry; the protocol http/protobuf or http/json"
          }
        ]
      })
    )
  )
)

const tell = (listening: Listening, isOpen: boolean) =>
  Effect.gen(function* () {
    const run = yield* Session
    run.isServing = true
    const isSimulated = run.mode?._tag === "Simulated"
    run.screen.result(
      run.isJson
        ? JSON.stringify({ ...listening, isSimulated, isOpen })
        : `listening on ${listening.url}${isSimulated ? ", providers simulated" : ""}`
    )
    if (isOpen) run.screen.line("There is no token: whoever is on this machine may do everything.")
  })

/**
 * Serves until a signal comes; jobs of the ledger are worked on meanwhile.
 *
 * **Errors** `ConfigurationError` for an address that can not be had, or that others reach while there is no token.
 */
export const runServer = (options: ServeOptions) =>
  runOver(
    { needed, isServer: true, within: exporters },
    Effect.gen(function* () {
      const run = yield* Session
      const isOpen = yield* isOpenFace
      if (isOpen && !isLoopback(options.host)) {
        const problem = "reaches beyond this machine, and there is no token"
        return yield* new ConfigurationError({
          problems: [{ name: "--host", problem, expected: "127.0.0.1, or a token (ludeng tokens add)" }]
        })
      }
      yield* Effect.scoped(
        Effect.andThen(
          Layer.build(Layer.mergeAll(JobWorker.layer, AlertLog.layer, AlertWebhook.layer, HealthProbe.layer)),
          serve(options, (listening) => Effect.provideService(tell(listening, isOpen), Session, run))
        )
      )
    }).pipe(Effect.provide(HomeAccessTokens.layer))
  )

const isOpenFace = AccessTokens.use((it) => it.isOpen).pipe(
  Effect.mapError(({ detail }) => homeProblem(`can not be asked for tokens: ${detail}`, "a folder that can be read"))
)
