/**
 * A program that follows its settings file, and has nothing else to do: it must come to its end by itself.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layerFromEnvironment } from "../../../layers/settings/EnvironmentSettings.ts"

const following = Effect.andThen(
  Layer.build(layerFromEnvironment()),
  Effect.sync(() => process.stdout.write("following"))
)
Effect.runFork(Effect.scoped(Effect.andThen(following, Effect.never)))
