/**
 * From an effect to a promise that rejects with plain values, never with a wrapper: the typed failure itself, or
 * `CallAborted`. A signal that is given is listened to while the call runs, and not a moment longer.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { type AbortedBy, CallAborted } from "../../schemas/CallAborted.ts"
import type { Rejection } from "../../schemas/Failures.ts"
import type { IdempotencyKey, JobId, Owner } from "../../schemas/Identifiers.ts"
import { defaultOwner } from "../../schemas/Identifiers.ts"
import { JobLedger } from "../../src/job/JobLedger.ts"
import { callIdOf } from "../../src/pipeline/CallId.ts"
import { reject } from "../../src/pipeline/Reject.ts"
import { CallEvents } from "../../src/telemetry/CallEvents.ts"
import type { AbortOptions, PromiseOptions } from "./PromiseOptions.ts"

/** Runs effects over one runtime, until it ends. */
export interface PromiseRunner<R> {
  /** Runs an effect that makes no job. */
  readonly run: <A, E>(effect: Effect.Effect<A, E, R>, options: AbortOptions) => Promise<A>
  /** Runs an effect that may make a job, or that is about the job `jobId`: an abort then tells of it. */
  readonly runJob: <A, E>(effect: Effect.Effect<A, E, R>, options: PromiseOptions, jobId?: JobId) => Promise<A>
}

/** Makes the runner. `isEnded` says that no call is taken any more. */
export const makePromiseRunner = <R, E>(
  runtime: ManagedRuntime.ManagedRuntime<R | JobLedger, E>,
  isEnded: () => boolean
): PromiseRunner<R | JobLedger> => {
  const settle = async <A, E2>(
    effect: Effect.Effect<A, E2, R | JobLedger>,
    signal: AbortSignal | undefined,
    findJob: () => Promise<JobId | undefined>
  ): Promise<A> => {
    if (isEnded()) throw shuttingDown()
    if (isAborted(signal)) throw new CallAborted("Signal", undefined, signal?.reason)
    const exit = await runtime.runPromiseExit(effect, signal === undefined ? {} : { signal })
    if (Exit.isSuccess(exit)) return exit.value
    const failure = Cause.findErrorOption(exit.cause)
    if (Option.isSome(failure)) throw failure.value
    if (!Cause.hasInterruptsOnly(exit.cause)) throw Cause.squash(exit.cause)
    const by: AbortedBy = isAborted(signal) ? "Signal" : "ShuttingDown"
    throw new CallAborted(by, await findJob(), by === "Signal" ? signal?.reason : undefined)
  }

  /** The job of the caller's key, where this call only joined it. */
  const jobOfKey = async ({ idempotencyKey, owner }: PromiseOptions): Promise<JobId | undefined> => {
    if (idempotencyKey === undefined || isEnded()) return undefined
    const find = JobLedger.use((it) => it.find(idempotencyKey as IdempotencyKey, (owner ?? defaultOwner) as Owner))
    const found = await runtime.runPromiseExit(find)
    return Exit.isSuccess(found) ? found.value?.id : undefined
  }

  return {
    run: (effect, { signal }) => settle(effect, signal, () => Promise.resolve(undefined)),
    runJob: (effect, options, jobId) => {
      let known = jobId
      const told = Effect.withFiber((fiber) => {
        const observe = fiber.getRef(CallEvents)
        return Effect.provideService(effect, CallEvents, (event) => {
          if (event._tag === "JobMoved") known = event.jobId
          observe(event)
        })
      })
      return settle(told, options.signal, () => (known === undefined ? jobOfKey(options) : Promise.resolve(known)))
    }
  }
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true

/** The refusal of a runtime that has ended. */
const shuttingDown = (): Rejection =>
  Effect.runSync(
    Effect.withFiber((fiber) =>
      Effect.succeed(reject({ _tag: "ShuttingDown" }, callIdOf(fiber.getRef(Clock.Clock), fiber.getRef(Random.Random))))
    )
  )
