/**
 * Runs one call of the library as a command: decides live or simulated, builds the layer, shows progress, prints the
 * result. The heavy part of the program, loaded only by the commands that call a provider.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import type { Services } from "../../layers/Services.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { Provider } from "../../schemas/Provider.ts"
import { ConfigurationError, imageProtocolOf, type Settings, type SettingsDocument } from "../../schemas/Settings.ts"
import { missingKeys } from "../../src/settings/RequireKeys.ts"
import { CallEvents } from "../../src/telemetry/CallEvents.ts"
import { logger } from "./Log.ts"
import { announcement } from "./Mode.ts"
import { type ResultReport, withPolicies } from "./Results.ts"
import { readSecret, type SecretInput } from "./SecretInput.ts"
import { Session } from "./Session.ts"
import { spin } from "./Spinner.ts"
import { readSurroundings } from "./Surroundings.ts"

/** A call to be run. `needed` are the providers whose keys it needs; `directory` is `--out`. */
export interface CommandCall<A> {
  readonly needed: ReadonlyArray<Provider>
  readonly directory?: string
  /**
   * A server is simulated only where `USE_MOCK_APIS` says so, never because keys are missing; and the progress of its many calls
   * is nobody's to watch.
   */
  readonly isServer?: boolean
  /** What the services are built within: exporters of spans, metrics and log lines. */
  readonly within?: Layer.Layer<never, ConfigurationError>
  readonly call: Effect.Effect<A, CallFailure, Services | Session>
  readonly report: (answer: A, elapsedMillis: number) => ResultReport
}

/** Runs it. **Errors** `ConfigurationError`, and those of the call. */
export const runCall = <A>({ call, report, ...over }: CommandCall<A>) =>
  runOver(
    over,
    Effect.gen(function* () {
      const run = yield* Session
      const startedAt = yield* Clock.currentTimeMillis
      const answer = yield* Effect.raceFirst(call, spin(run))
      const result = report(answer, (yield* Clock.currentTimeMillis) - startedAt)
      run.screen.result(
        run.isJson
          ? JSON.stringify(withPolicies(result.json, run.policies(), result.provenance))
          : result.lines.join("\n")
      )
    })
  )

/** Runs the body of a command over the library, live or simulated. **Errors** `ConfigurationError`, and the body's. */
export const runOver = Effect.fnUntraced(function* <E>(
  command: Pick<CommandCall<unknown>, "needed" | "directory" | "isServer" | "within">,
  body: Effect.Effect<void, E, Services | Session>
) {
  const run = yield* Session
  const { kept, loaded, mode, problems } = yield* readSurroundings(command.needed)
  run.mode = mode
  run.provider = providerName(loaded.settings)
  run.keepsJobs = loaded.settings.store === "sqlite"
  if (problems.length > 0) return yield* new ConfigurationError({ problems })
  if (command.isServer === true && mode._tag === "Simulated" && mode.because === "noKeys")
    return yield* new ConfigurationError({ problems: missingKeys({ ...loaded.settings, providers: command.needed }) })
  if (mode._tag === "Simulated") run.screen.line(announcement(mode.because))

  const code: SettingsDocument = {
    providers: [...command.needed],
    ...(mode._tag === "Live" && kept !== undefined ? yield* passphraseFor(loaded.settings, run.input) : {}),
    ...(command.directory === undefined ? {} : { imageDirectory: command.directory })
  }
  const layer = yield* Effect.promise(() => (mode._tag === "Live" ? liveLayer(code) : simulatedLayer(code)))
  const logLevel = Option.flatten(yield* Effect.serviceOption(GlobalFlag.LogLevel))
  yield* body.pipe(
    Effect.provide(layer),
    Effect.provide(command.within ?? Layer.empty),
    Effect.provideService(CallEvents, command.isServer === true ? () => {} : run.observe),
    Effect.provide(Logger.layer([logger(run.screen, Option.isSome(logLevel))]))
  )
})

/** A person is asked for what opens the vault, where the settings do not say it. */
export const passphraseFor = ({ vault }: Settings, input: SecretInput) =>
  vault.key !== undefined || vault.keyFile !== undefined || !input.isTerminal
    ? Effect.succeed({})
    : Effect.map(readSecret(input, "the passphrase of the vault"), (key) => ({ vault: { key } }))

type ServicesLayer = Layer.Layer<Services, ConfigurationError>

const liveLayer = async (code: SettingsDocument): Promise<ServicesLayer> =>
  (await import("../../layers/Live.ts")).layerWith(code)

const simulatedLayer = async (code: SettingsDocument): Promise<ServicesLayer> =>
  (await import("../../mock-layers/Simulated.ts")).layerWith({ settings: code })

const providerName = ({ nanobanana }: Settings): string =>
  `${imageProtocolOf(nanobanana)} (${URL.parse(nanobanana.baseURL)?.host ?? nanobanana.baseURL})`
