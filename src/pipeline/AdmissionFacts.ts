/**
 * How a call was let in, as its event tells it.
 */
import * as Duration from "effect/Duration"
import type { AdmissionFacts, CircuitStateName } from "../../schemas/CallEvent.ts"
import type { Hold } from "../policy/rate-limit/Waiter.ts"

const closedAtOnce: AdmissionFacts = { waited: Duration.zero, circuit: "Closed" }

/** **Units** `waitedMillis` in milliseconds. `hold` is what the call waited for, if it did. */
export const admissionFacts = (
  waitedMillis: number,
  circuit: CircuitStateName,
  hold: Hold | undefined
): AdmissionFacts => {
  if (hold === undefined && circuit === "Closed") return closedAtOnce
  return {
    waited: hold === undefined ? Duration.zero : Duration.millis(waitedMillis),
    circuit,
    ...(hold === undefined ? {} : { heldBackBy: hold.by }),
    ...(hold?.tier === undefined ? {} : { tier: hold.tier })
  }
}
