/**
 * The degraded modes of the program: which hold, why and since when; entered and left by rule or by hand.
 *
 * When each is entered and left, and what a caller gets in it, is the table of `DecideModes.ts`.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { ActiveMode, DegradedMode } from "../../../schemas/DegradedMode.ts"
import type { CallFailure } from "../../../schemas/Failures.ts"
import type { SettingsVersion } from "../../../schemas/Settings.ts"
import type { ModeState } from "./DecideModes.ts"

/**
 * The service. Nothing in it waits or fails. The plain functions look at the doors and the clock in the step in which
 * they are called, and cost next to nothing while nothing is wrong.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { DegradedModes, PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const program = Effect.gen(function* () {
 *   const modes = yield* DegradedModes
 *   yield* modes.enter("WithoutEnhancement")
 *   const enhance = PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }, { accept: ["Live", "Degraded"] }))
 *   const { prompt, provenance } = yield* enhance
 *   yield* modes.leave("WithoutEnhancement")
 *   return { prompt, provenance, current: yield* modes.current }
 * })
 * const { current, prompt, provenance } = await Effect.runPromise(Effect.provide(program, Mock.layer))
 * provenance // => { _tag: "Degraded", reason: "Isolated", mode: "WithoutEnhancement" }
 * prompt // => "a red fox, in a fitting setting, natural light, balanced composition"
 * current // => []
 * ```
 */
export class DegradedModes extends Context.Service<
  DegradedModes,
  {
    /** The modes that hold, the oldest first; none is `Normal`. */
    readonly current: Effect.Effect<ReadonlyArray<ActiveMode>>
    /** `current` at once, then whenever a change is noticed. A queue that has emptied is noticed by the next who asks. */
    readonly changes: Stream.Stream<ReadonlyArray<ActiveMode>>
    /** Enters a mode by hand; it holds until it is left by hand. */
    readonly enter: (mode: DegradedMode) => Effect.Effect<void>
    /** Leaves a mode by hand; for `CacheOnly`, what DeepSeek said of the account is forgotten too. */
    readonly leave: (mode: DegradedMode) => Effect.Effect<void>
    /** Whether a mode holds now. */
    readonly isActive: (mode: DegradedMode) => boolean
    /** The modes that hold now, as they are decided on: the same object until something changes. */
    readonly held: () => ModeState
    /** A completion was answered: the account is in order. */
    readonly chatSucceeded: () => void
    /** What a completion failed of, as far as it says something of the account that these settings name. */
    readonly chatFailed: (failure: CallFailure, settings: SettingsVersion) => void
    /** Takes a version of the settings that is newer than the one known: what was said of the old account is forgotten. */
    readonly follow: (version: SettingsVersion) => void
    /** Until when DeepSeek is not asked because of its account. **Units** milliseconds from now, from 0. */
    readonly accountRestsForMillis: () => number
  }
>()("@ludeng/providers/policy/degraded-mode/DegradedModes") {}
