/**
 * Many schedules, each from its own seed; those in which somebody gave up are run again without him.
 */
import type { StoreOf } from "./Interleavings.ts"
import { planOf } from "./Plan.ts"
import { type Report, Schedule, type Start } from "./Schedule.ts"

/** How much was proved. */
export interface Proved {
  readonly schedules: number
  readonly starts: number
  readonly waits: number
  /** Starts that came exactly when they had been predicted. */
  readonly exact: number
  /** Schedules that were run again without those who gave up. */
  readonly neutral: number
}

const told = ({ at, attempt, caller }: Start): string => `${caller}.${attempt}@${at}`

const proveNeutral = (seed: number, report: Report, storeOf: StoreOf): boolean => {
  if (report.gone.size === 0 || report.refusedOnEntry > 0) return false
  const again = new Schedule(planOf(seed), report.gone, storeOf).run()
  const before = report.starts.map(told).join(" ")
  const after = again.starts.map(told).join(" ")
  if (before !== after) {
    throw new Error(`seed ${seed}: those who gave up moved others\nwith    ${before}\nwithout ${after}`)
  }
  return true
}

/** Throws at the first schedule that breaks a promise. */
export const proveSchedules = (firstSeed: number, schedules: number, storeOf: StoreOf = () => undefined): Proved => {
  let starts = 0
  let waits = 0
  let exact = 0
  let neutral = 0
  for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
    const report = new Schedule(planOf(seed), new Set(), storeOf).run()
    starts += report.starts.length
    waits += report.waited
    exact += report.exact
    if (proveNeutral(seed, report, storeOf)) neutral += 1
  }
  return { schedules, starts, waits, exact, neutral }
}
