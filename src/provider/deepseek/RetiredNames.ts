/**
 * Says once for each retired model name, in the log, what is asked in its place.
 */
import * as Effect from "effect/Effect"
import type { ModelChoice } from "./Models.ts"

/** Tells of a choice whose configured name DeepSeek has retired; of any other, nothing. */
export type TellRetiredName = (choice: ModelChoice) => Effect.Effect<void>

/** Makes it. It remembers what it has told. */
export const makeTellRetiredName: Effect.Effect<TellRetiredName> = Effect.sync(() => {
  const told = new Set<string>()
  return ({ model, retiredName, thinking }) => {
    if (retiredName === undefined) return Effect.void
    return Effect.suspend(() => {
      if (told.has(retiredName)) return Effect.void
      told.add(retiredName)
      const state = thinking ? "on" : "off"
      return Effect.logWarning(
        `DeepSeek has retired the model name ${retiredName}: ${model} is asked instead, thinking ${state}. Change the setting deepseek.model.`
      )
    })
  }
})
