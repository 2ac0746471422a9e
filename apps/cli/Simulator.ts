/**
 * Serves the simulated providers until a signal comes. Standard output gets one JSON line with the base URLs.
 */
import * as Effect from "effect/Effect"
import * as SimulatorServer from "../../mock-layers/simulation/SimulatorServer.ts"
import { Session } from "./Session.ts"

/** Serves. **Errors** `ConfigurationError` when the port can not be had. */
export const runSimulator = Effect.fnUntraced(function* (options: SimulatorServer.SimulatorOptions) {
  const run = yield* Session
  const { baseUrls, controlUrl, port } = yield* SimulatorServer.make(options)
  run.screen.result(JSON.stringify({ baseUrls, controlUrl, port }))
  return yield* Effect.never
}, Effect.scoped)
