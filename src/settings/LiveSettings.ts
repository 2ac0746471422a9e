/**
 * The settings while the program runs: a current version, and a stream of the versions to come.
 *
 * A call reads the current version once, when it begins. Where the first version comes from is decided in `layers`.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { ConfigurationError, SettingsDocument, SettingsVersion } from "../../schemas/Settings.ts"

/**
 * The service.
 *
 * **Errors** `update` fails with `ConfigurationError`, which lists every problem; the change is then refused whole.
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
    /** Merges the given fields over the current document; what is not given stays. */
    readonly update: (change: SettingsDocument) => Effect.Effect<SettingsVersion, ConfigurationError>
    /** The current version at once, then each accepted one. */
    readonly changes: Stream.Stream<SettingsVersion>
  }
>()("@ludeng/providers/settings/LiveSettings") {}
