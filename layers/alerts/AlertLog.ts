/**
 * Alerts in the log: one structured line for each notice, warnings as warnings, critical ones as errors, resolved ones as
 * information; with the `callId` of the call that raised it, where one did.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { AlertNotice } from "../../schemas/Alert.ts"
import { Alerts } from "../../src/alerts/Alerts.ts"

/** Writes the line of a notice. */
export const logNotice = ({ _tag, alert }: AlertNotice): Effect.Effect<void> => {
  const { message, ...fields } = alert
  const line = `alert ${_tag.toLowerCase()}: ${message}`
  const write =
    _tag === "Resolved"
      ? Effect.logInfo(line)
      : alert.severity === "critical"
        ? Effect.logError(line)
        : Effect.logWarning(line)
  return Effect.annotateLogs(write, { ...fields, notice: _tag })
}

/** Logs every notice from now on, as long as the scope is open. */
export const layer: Layer.Layer<never, never, Alerts> = Layer.effectDiscard(
  Effect.gen(function* () {
    const { notices } = yield* Alerts
    yield* Effect.forkScoped(Stream.runForEach(notices, logNotice), { startImmediately: true })
  })
)
