/**
 * Brings on the jobs that nobody drives: those of programs that have ended, and those that somebody has brought back to
 * their way. It runs where a host provides it; without it a job is driven by the call that made it, and by `resume`.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { JobId } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"
import { longestDeadline } from "../../schemas/Settings.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { ImageGenerator } from "./ImageGenerator.ts"

/**
 * **Units** `atOnce` jobs that are driven at the same time, default 1000: a job under way is a fiber that mostly waits, and
 * what is sent is bounded by the doors. `lookEvery` is how often new work is looked for, default 1 s. `onEnd` hears of each
 * job that it stops driving, whatever it has come to.
 */
export interface JobWorkerOptions {
  readonly atOnce?: number
  readonly lookEvery?: Duration.Input
  readonly onEnd?: (job: Job) => void
}

/**
 * The service.
 *
 * **Details** It takes jobs of every owner, by priority. At most one worker drives a job, whatever number of them share a
 * ledger.
 */
export class JobWorker extends Context.Service<
  JobWorker,
  {
    /** The jobs it drives now. */
    readonly active: Effect.Effect<ReadonlyArray<JobId>>
    /** Ends when there is nothing left that it could do. */
    readonly whenIdle: Effect.Effect<void>
  }
>()("@ludeng/providers/image/JobWorker") {}

/** A look that finds nothing, and nothing under way, twice in a row: the first may have come before a row was written. */
const looksUntilIdle = 2

/** Makes the worker; what it drives is given back when the scope closes. */
export const make = Effect.fnUntraced(function* (
  options: JobWorkerOptions = {}
): Effect.fn.Return<JobWorker["Service"], never, ImageGenerator | JobLedger | Scope.Scope> {
  const { atOnce = 1_000, lookEvery = "1 second", onEnd } = options
  const generator = yield* ImageGenerator
  const ledger = yield* JobLedger
  const scope = yield* Effect.scope
  const active = new Map<JobId, Fiber.Fiber<void>>()
  let idleLooks = 0

  /** How a job ends is told by its row and its events; what a drive fails with is told by its calls. */
  const bringOn = (job: Job): Effect.Effect<void> =>
    generator.resume(job.id, { owner: job.owner, deadline: longestDeadline }).pipe(
      Effect.ignore({ log: "Debug" }),
      Effect.ensuring(
        Effect.sync(() => {
          active.delete(job.id)
          onEnd?.(job)
        })
      )
    )

  const look = Effect.gen(function* () {
    const found = active.size < atOnce ? yield* ledger.claimDue(atOnce - active.size) : []
    for (const job of found) active.set(job.id, yield* Effect.forkIn(bringOn(job), scope))
    idleLooks = found.length === 0 && active.size === 0 ? idleLooks + 1 : 0
  }).pipe(Effect.ignore({ log: "Warn" }), Effect.uninterruptible)

  yield* Effect.forkIn(Effect.forever(Effect.andThen(look, Effect.sleep(lookEvery))), scope)

  return {
    active: Effect.sync(() => [...active.keys()]),
    whenIdle: Effect.suspend(() => {
      idleLooks = 0
      const isIdle = () => idleLooks >= looksUntilIdle
      return Effect.asVoid(Effect.repeat(Effect.sleep(lookEvery), { until: isIdle }))
    })
  }
})
