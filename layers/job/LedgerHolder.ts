/**
 * The name under which a ledger holds jobs: the machine, the process, and chance, so that two ledgers of one process are
 * two holders.
 */
import { hostname } from "node:os"
import * as Effect from "effect/Effect"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"

/** A holder's name. */
export const makeHolder: Effect.Effect<string> = Effect.map(makeIdentifier("ledger"), (name) =>
  [hostname(), process.pid, name].join("|")
)

/**
 * Whether the process of a holder has surely ended: one of this machine that is not there. Of another machine nobody
 * knows; its leases end by time.
 */
export const isGone = (holder: string): boolean => {
  const [host, processId] = holder.split("|")
  if (host !== hostname() || !/^\d+$/.test(processId ?? "")) return false
  try {
    process.kill(Number(processId), 0)
    return false
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && "code" in error && error.code === "ESRCH"
  }
}
