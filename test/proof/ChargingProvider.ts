/**
 * The plain job API, simulated in a process of its own, that tells how many pictures it has charged for.
 */
import * as Effect from "effect/Effect"
import type { LedgerEntry } from "../../mock-layers/simulation/Ledger.ts"
import { startSimulator } from "../support/SimulatorProcess.ts"

/** Starts it; it ends with the scope. */
export const chargingProvider = Effect.gen(function* () {
  const { baseUrls } = yield* Effect.acquireRelease(
    Effect.promise(() => startSimulator(["--latency", "2"])),
    (simulator) => Effect.promise(() => simulator.stop())
  )
  const { origin } = new URL(baseUrls.generic)
  const ask = <A>(path: string): Effect.Effect<A> =>
    Effect.promise(async () => (await (await fetch(`${origin}/__simulator/${path}`)).json()) as A)
  return {
    baseUrl: baseUrls.generic,
    acceptedSubmits: Effect.map(
      ask<{ readonly acceptedSubmits: number }>("totals"),
      (totals) => totals.acceptedSubmits
    ),
    /** The paid requests that it has accepted, the oldest first. */
    charges: Effect.map(ask<{ readonly entries: ReadonlyArray<LedgerEntry> }>("ledger"), ({ entries }) =>
      entries.filter((it) => it.operation === "submit" && it.isAccepted)
    )
  }
})
