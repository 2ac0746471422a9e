/**
 * The error of a call that a circuit breaker did not let through.
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

/**
 * The call was refused before it began: nothing was sent.
 *
 * **Errors** What the caller does, by `reason`:
 * - `CircuitOpen`: fall back, or come back after `retryAfter`.
 * - `Recovering`: every place for a probe is taken; fall back, or come back after a jittered back-off.
 * - `Isolated`: a person took the operation out of service; fall back.
 *
 * ```ts
 * import * as Duration from "effect/Duration"
 * import { CircuitRefused } from "@ludeng/providers"
 *
 * const refused = new CircuitRefused({ reason: "CircuitOpen", retryAfter: Duration.seconds(4) })
 * refused.message // => "the circuit is open, retry after 4000 ms"
 * ```
 */
export class CircuitRefused extends Schema.TaggedError<CircuitRefused>()("CircuitRefused", {
  reason: Schema.Literals(["CircuitOpen", "Recovering", "Isolated"]),
  /** What is left of the open time; given where a time is known, for `CircuitOpen`. */
  retryAfter: Schema.optionalKey(Schema.DurationFromMillis)
}) {
  override get message(): string {
    switch (this.reason) {
      case "CircuitOpen":
        return this.retryAfter === undefined
          ? "the circuit is open"
          : `the circuit is open, retry after ${Duration.toMillis(this.retryAfter)} ms`
      case "Recovering":
        return "the circuit recovers and every place for a probe is taken"
      case "Isolated":
        return "the circuit was isolated by hand"
    }
  }
}
