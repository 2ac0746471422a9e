/**
 * The host's monitoring, told of everything that happens in the program: counters here, a client of its own there.
 */
import * as Layer from "effect/Layer"
import { Telemetry } from "@ludeng/providers"

/** What the host counts. */
export class Monitoring {
  calls = 0
  failures = 0
}

/** The host's `Telemetry`. It must not wait: what takes time is put into a queue of the host. */
export const layer = (monitoring: Monitoring): Layer.Layer<Telemetry> =>
  Layer.succeed(Telemetry, {
    observe: (event) => {
      if (event._tag === "CallSucceeded" || event._tag === "CallFailed") monitoring.calls += 1
      if (event._tag === "CallFailed") monitoring.failures += 1
    }
  })
