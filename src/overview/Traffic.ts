/**
 * What is counted from the events for the overview: requests by second with how long they took, and refusals by reason.
 * Its labels are closed sets, so that its memory is bounded whatever is called.
 */
import * as Duration from "effect/Duration"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { RecentCalls, TrafficOverview } from "../../schemas/Overview.ts"
import type { Operation, Provider } from "../../schemas/Provider.ts"
import type { ReasonTag } from "../../schemas/Reason.ts"
import { RollingCalls, type RollingPoint } from "./RollingCalls.ts"

/** How far back the chart goes. **Units** seconds. */
export const chartSeconds = 300

/** The span of the chart's percentiles. **Units** seconds. */
export const percentileSeconds = 10

/** Slots of the last minute of one operation. **Units** milliseconds. */
const minuteSlotMillis = 5_000
const minuteSlots = 60_000 / minuteSlotMillis

const nothingRecent: RollingPoint = { calls: 0, failed: 0, p50Millis: null, p99Millis: null }

/** The counters. **Units** `now` in milliseconds since 1970. */
export class Traffic {
  readonly #all = new RollingCalls(1_000, chartSeconds + percentileSeconds + 1)
  readonly #byOperation = new Map<`${Provider}/${Operation}`, RollingCalls>()
  readonly #refusals = new Map<ReasonTag, number>()

  /** Takes an event: what ended, and what was refused; all else is passed over. */
  observe(event: CallEvent): void {
    switch (event._tag) {
      case "CallSucceeded":
      case "CallFailed": {
        const isFailed = event._tag === "CallFailed"
        const tookMillis = Duration.toMillis(event.elapsed)
        this.#all.add(event.at, tookMillis, isFailed)
        this.#of(event.provider, event.operation).add(event.at, tookMillis, isFailed)
        return
      }
      case "CallRejected":
        this.#refusals.set(event.reason._tag, (this.#refusals.get(event.reason._tag) ?? 0) + 1)
        return
      default:
        return
    }
  }

  /** The chart. */
  chart(now: number): TrafficOverview {
    const points = this.#all.series(now, chartSeconds, percentileSeconds)
    return {
      firstSecond: Math.floor(now / 1_000) - chartSeconds,
      spanSeconds: percentileSeconds,
      calls: points.map(({ calls }) => calls),
      failed: points.map(({ failed }) => failed),
      p50Millis: points.map(({ p50Millis }) => p50Millis),
      p99Millis: points.map(({ p99Millis }) => p99Millis)
    }
  }

  /** What ended within the last minute. */
  lastMinute(provider: Provider, operation: Operation, now: number): RecentCalls {
    return this.#byOperation.get(`${provider}/${operation}`)?.sum(now, minuteSlots) ?? nothingRecent
  }

  /** How often calls were refused by ourselves, by reason. */
  get refusals(): ReadonlyMap<ReasonTag, number> {
    return this.#refusals
  }

  #of(provider: Provider, operation: Operation): RollingCalls {
    const known = this.#byOperation.get(`${provider}/${operation}`)
    if (known !== undefined) return known
    const made = new RollingCalls(minuteSlotMillis, minuteSlots + 1)
    this.#byOperation.set(`${provider}/${operation}`, made)
    return made
  }
}
