/** Reads the notices of a program while a test runs. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { AlertName } from "../../../schemas/Alert.ts"
import { Alerts } from "../../../src/alerts/Alerts.ts"

/** What is told of one alert from now on, as text; the list grows while the scope is open. */
export const toldOf = (name: AlertName) =>
  Effect.gen(function* () {
    const told: Array<string> = []
    const { notices } = yield* Alerts
    yield* Effect.forkScoped(
      Stream.runForEach(notices, ({ _tag, alert }) =>
        Effect.sync(() => {
          if (alert.name === name) told.push(`${_tag} ${alert.severity} ${alert.subject}`)
        })
      ),
      { startImmediately: true }
    )
    return told
  })
