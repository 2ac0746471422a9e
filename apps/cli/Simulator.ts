/**
 * Serves the simulated providers until a signal comes. Standard output gets one JSON line with the base URLs.
 */
import * as Effect from "effect/Effect"
import { Session } from "./Session.ts"
import { UsageFailed } from "./Outcome.ts"

/** Serves. **Errors** `UsageFailed` when the script or the port can not be used. */
export const runSimulator = Effect.fnUntraced(function* (port: number, script: Readonly<Record<string, unknown>>) {
  const run = yield* Session
  run.screen.line(`not yet ${port} ${JSON.stringify(script)}`)
  return yield* new UsageFailed({ message: "not yet" })
})
