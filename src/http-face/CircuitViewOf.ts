/**
 * A circuit as whoever operates the program sees it. Pure.
 */
import type { CircuitView } from "../../schemas/http-face/AdminGroup.ts"
import type { Door } from "../pipeline/AdmissionControl.ts"

/** **Units** `now` in milliseconds of the monotonic clock. */
export const circuitViewOf = ({ circuit, operation, scope }: Door, now: number): CircuitView => {
  const { config, state } = circuit
  return {
    scope,
    operation,
    state: state._tag,
    ...(state._tag === "Open"
      ? { because: state.reason, retryInMillis: Math.max(0, Math.ceil(state.openUntil - now)) }
      : {}),
    isObserveOnly: config.observeOnly
  }
}
