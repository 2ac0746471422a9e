/**
 * Tells what changed in the settings, and what of the file was refused, to log, audit and whoever listens; for as long as
 * the scope is open. One fiber, which sleeps until something changes.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { CallRecorder } from "../telemetry/CallRecorder.ts"
import { emit } from "../telemetry/Emit.ts"
import { LiveSettings } from "./LiveSettings.ts"

/** Begins to tell. */
export const tellSettingsChanges: Effect.Effect<void, never, LiveSettings | Scope.Scope> = Effect.gen(function* () {
  const { notices } = yield* LiveSettings
  const recorder = yield* CallRecorder
  yield* Effect.forkScoped(
    Stream.runForEach(notices, (notice) => emit(notice, undefined, recorder)),
    { startImmediately: true }
  )
})
