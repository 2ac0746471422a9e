/**
 * The clock of the permits: one line of time for all processes of a machine, that goes on after they have ended.
 *
 * While the machine runs it is the machine's own monotonic clock, which every process reads alike and nobody can put
 * back or forward. After a restart of the machine, or on another one, it goes on from where it stood by as much as the
 * wall clock has moved meanwhile; a wall clock that was put back means that no time has passed.
 */
import { readFileSync } from "node:fs"
import { hostname } from "node:os"

/** What a machine's clocks say. **Units** milliseconds, with fractions; `wall` since 1970. */
export interface MachineReading {
  /** Names the machine; on Linux its run since it was started, also for containers on it. */
  readonly machine: string
  readonly monotonic: number
  readonly wall: number
}

/** What is kept of the clock: `epoch` is its lead over the monotonic one of `machine`, `at` where it stood at `wall`. */
export interface KeptClock {
  readonly machine: string
  readonly epoch: number
  readonly at: number
  readonly wall: number
}

/** The reading now. */
export const readMachine = (): MachineReading => ({
  machine: machineName(),
  monotonic: Number(process.hrtime.bigint()) / 1e6,
  wall: Date.now()
})

let knownName: string | undefined

// Source: Linux, Documentation/admin-guide/sysctl/kernel.rst: `boot_id` is made anew at each start of the system.
const machineName = (): string => {
  if (knownName !== undefined) return knownName
  try {
    knownName = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
  } catch {
    // Elsewhere a start of the system is told by a monotonic clock that has begun anew.
    knownName = hostname()
  }
  return knownName
}

/** The lead of the clock over the machine's monotonic one. A clock that was never kept begins as the wall clock. */
export const epochOf = (kept: KeptClock | undefined, now: MachineReading): number => {
  if (kept === undefined) return now.wall - now.monotonic
  // Half a millisecond: what two readings of the same instant may differ by after they were rounded to be kept.
  if (kept.machine === now.machine && now.monotonic + kept.epoch >= kept.at - 0.5) return kept.epoch
  return kept.at + Math.max(0, now.wall - kept.wall) - now.monotonic
}
