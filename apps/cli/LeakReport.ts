/**
 * `ludeng doctor --leaks`: plants keys and prompts, runs everything over simulated providers in every situation, and
 * searches what the library says and writes. Nothing is sent, and real keys are not touched.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { type LeakReport, sweepForLeaks } from "../../mock-layers/leaks/LeakSweep.ts"
import { Session } from "./Session.ts"

/** Sweeps in a folder of its own, and prints what was found; exit code 1 for a leak. */
export const runLeakSweep = Effect.gen(function* () {
  const run = yield* Session
  run.screen.status("looking for leaks, some ten seconds")
  const report = yield* Effect.acquireUseRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "ludeng-leaks-"))),
    (folder) => sweepForLeaks({ folder }),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
  )
  if (report.leaks.length > 0) run.exitCode = 1
  run.screen.result(run.isJson ? JSON.stringify(report) : leakLines(report).join("\n"))
})

/** The report for a person. Pure. */
export const leakLines = ({ leaks, searched, worlds }: LeakReport): ReadonlyArray<string> => [
  `${worlds} situations; searched: ${Object.entries(searched)
    .map(([sink, count]) => `${count} × ${sink}`)
    .join(", ")}`,
  ...(leaks.length === 0
    ? ["✔ no key, no secret and no prompt was found"]
    : leaks.map(({ kind, place, sink, world }) => `✖ a ${kind} in a ${sink} (${place}), ${world}`))
]
