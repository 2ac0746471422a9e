/**
 * What is seen at the doors: how much of each tier is used, whether queues grow, and which circuits are not closed.
 */
import type { Door } from "../pipeline/AdmissionControl.ts"
import type { Observation } from "./DecideAlerts.ts"
import { followQueue, noGrowth, type QueueGrowth } from "./GrowingQueue.ts"

const units = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
  [1, "ms"]
] as const

/** A window in its largest whole unit: `1h`, `90s`. **Units** milliseconds. */
const windowText = (millis: number): string => {
  const [unit, name] = units.find(([length]) => millis % length === 0) ?? [1, "ms"]
  return `${millis / unit}${name}`
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

/** Looks at the doors; it remembers how long their queues were. */
export class LookAtDoors {
  readonly #doors: ReadonlyArray<Door>
  readonly #growth = new Map<Door, QueueGrowth>()

  constructor(doors: ReadonlyArray<Door>) {
    this.#doors = doors
  }

  /** **Units** `monotonic` in whole milliseconds of the monotonic clock, `now` in milliseconds since 1970. */
  observe(monotonic: number, now: number): ReadonlyArray<Observation> {
    return this.#doors.flatMap((door) => [
      ...observeTiers(door, monotonic),
      ...this.#observeQueue(door, now),
      ...observeCircuit(door, monotonic)
    ])
  }

  #observeQueue(door: Door, now: number): ReadonlyArray<Observation> {
    const { lane, operation, scope } = door
    const callers = lane.queue.size
    const before = this.#growth.get(door) ?? noGrowth
    if (callers === 0 && before === noGrowth) return []
    const { growth, level } = followQueue(before, { callers, limit: lane.options.queueLimit }, now)
    this.#growth.set(door, growth)
    if (level === 0) return []
    const message = `${callers} callers wait for ${scope} ${operation}, of at most ${lane.options.queueLimit}`
    return [{ name: "QueueGrowing", subject: `${scope} ${operation}`, level, message }]
  }
}

const observeTiers = ({ lane, operation, scope }: Door, monotonic: number): ReadonlyArray<Observation> =>
  lane.options.tiers.length === 0
    ? []
    : lane.store.usage(monotonic).map(({ limit, used, windowMillis }) => {
        const tier = `${limit} in ${windowText(windowMillis)}`
        return {
          name: "RateLimitUse",
          subject: `${scope} ${operation}, ${tier}`,
          level: used / limit,
          message: `${percent(used / limit)} of ${tier} are used by ${scope} ${operation}`
        }
      })

const observeCircuit = ({ circuit, operation, scope }: Door, monotonic: number): ReadonlyArray<Observation> => {
  // An open time that is over ends when somebody looks.
  const isClosed = circuit.standing(monotonic) === "passes" && circuit.state._tag === "Closed"
  const message = `the circuit of ${scope} ${operation} is ${circuit.state._tag}`
  return isClosed ? [] : [{ name: "CircuitOpened", subject: `${scope} ${operation}`, level: 1, message }]
}
