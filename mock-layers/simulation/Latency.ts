/**
 * How long the simulated providers take, drawn from the script.
 */
import type { Operation } from "../../schemas/Provider.ts"
import { type Latency, type Latencies, type Script } from "./Script.ts"
import { type Chance, drawNormal } from "./SeededRandom.ts"

/** What takes time. */
export type Timed = Operation | "job"

/** The latencies where the script says nothing: much quicker than the real ones, in the same proportions. */
export const defaultLatencies: Readonly<Record<Timed, Latency>> = {
  chat: { median: 700 },
  probe: { median: 100 },
  submit: { median: 250 },
  status: { median: 80 },
  cancel: { median: 80 },
  download: { median: 200 },
  job: { median: 1_600, spread: 0.15 }
}

const defaultSpread = 0.3

/** The time something takes. **Units** milliseconds, rounded. */
export const drawLatencyMillis = (script: Script, timed: Timed, chance: Chance): number => {
  const latency = latencyOf(script.latency, timed)
  if (typeof latency === "number") return latency
  return Math.round(
    latency.median * Math.exp((latency.spread ?? defaultSpread) * drawNormal(chance, `latency/${timed}`))
  )
}

const latencyOf = (latency: Latency | Latencies, timed: Timed): Latency => {
  if (typeof latency === "number" || "median" in latency) return latency
  return latency[timed] ?? defaultLatencies[timed]
}
