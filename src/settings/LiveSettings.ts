/**
 * The settings while the program runs: a current version, and a stream of the versions to come.
 *
 * A call reads the current version once, when it begins. Where the settings come from is decided in `layers`.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { ConfigurationError, SettingsVersion } from "../../schemas/Settings.ts"
import type { SettingLine, SettingsChanged, SettingsPatch, SettingsRefused } from "../../schemas/SettingsChange.ts"

/** What is told of the settings while a program runs. */
export type SettingsNotice = SettingsChanged | SettingsRefused

/**
 * The service.
 *
 * **Details** `update` changes what code says, in this process and until it ends; `save` changes the settings file, so that
 * the next start has it too. Both take a merge patch: what is not given stays, `null` takes a value back. A call that has
 * begun keeps its version; new calls have the new one, also the windows of their limits: what was sent counts on.
 *
 * **Errors** `update` and `save` fail with `ConfigurationError`, which lists every problem by the name of its setting; the
 * change is then refused whole. `update` refuses what is taken only at the start (`home`, `store` …); `save` writes it, and
 * `report` tells that it waits. `save` refuses what a stronger source fixes, never writes a key or secret, and moves no key of the settings to another
 * address: whoever may change settings from afar must not be given a key.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { LiveSettings } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const program = Effect.gen(function* () {
 *   const settings = yield* LiveSettings
 *   const refused = yield* Effect.flip(settings.update({ deepseek: { retryLimit: 99 } }))
 *   const { version } = yield* settings.update({ deepseek: { retryLimit: 1 } })
 *   return { refused: refused.problems.length, version }
 * })
 * await Effect.runPromise(Effect.provide(program, Mock.layer)) // => { refused: 1, version: 2 }
 * ```
 */
export class LiveSettings extends Context.Service<
  LiveSettings,
  {
    readonly current: Effect.Effect<SettingsVersion>
    /** `current`, for whoever decides in one synchronous step. */
    readonly latest: () => SettingsVersion
    /** Changes what code says, for as long as the program runs. */
    readonly update: (change: SettingsPatch) => Effect.Effect<SettingsVersion, ConfigurationError>
    /** Changes the settings file, and takes it. */
    readonly save: (change: SettingsPatch) => Effect.Effect<SettingsVersion, ConfigurationError>
    /** Every setting with its value and source, fit to be shown: no key and no secret. */
    readonly report: Effect.Effect<ReadonlyArray<SettingLine>>
    /** The current version at once, then each accepted one. */
    readonly changes: Stream.Stream<SettingsVersion>
    /** What changed, by whom, and what of the file was refused; from now on. */
    readonly notices: Stream.Stream<SettingsNotice>
  }
>()("@ludeng/providers/settings/LiveSettings") {}
