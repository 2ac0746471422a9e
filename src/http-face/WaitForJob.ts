/**
 * Waits for the picture of a job as long as its caller would; a job that is not done by then goes on.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import type { HttpProblem } from "../../schemas/http-face/Problem.ts"
import type { GeneratedImage } from "../../schemas/Image.ts"
import type { Job } from "../../schemas/Job.ts"
import type { ImageGenerator } from "../image/ImageGenerator.ts"
import { jobUrl } from "./JobViewOf.ts"
import { appliedPreference } from "./Preference.ts"
import { problemOf } from "./ProblemOf.ts"

/** **Units** `startedAt` in milliseconds since 1970: when the request came; no `wait` waits for nothing. */
export interface Patience {
  readonly wait: Duration.Duration | undefined
  readonly startedAt: number
}

/**
 * The picture, or `undefined` where it is not there in time.
 *
 * **Errors** the problem of a job that has failed, with its id.
 */
export const waitForJob = Effect.fnUntraced(function* (
  generator: ImageGenerator["Service"],
  job: Job,
  { owner }: CallOptions,
  { startedAt, wait }: Patience
): Effect.fn.Return<GeneratedImage | undefined, HttpProblem> {
  if (wait === undefined) return undefined
  const leftMillis = Duration.toMillis(wait) - ((yield* Clock.currentTimeMillis) - startedAt)
  if (leftMillis <= 0) return undefined
  return yield* generator
    .await(job.id, { ...(owner === undefined ? {} : { owner }), deadline: Duration.millis(leftMillis) })
    .pipe(
      Effect.catch((failure) =>
        failure.reason._tag === "GenerationTimedOut" || failure.reason._tag === "DeadlineExceeded"
          ? Effect.succeed(undefined)
          : Effect.fail(problemOf(failure))
      )
    )
})

/** What is said of the preference, where one was given. */
export const preferenceHeaders = (wait: Duration.Duration | undefined) =>
  wait === undefined ? {} : { "preference-applied": appliedPreference(wait) }

/** The headers of an answer about a job that goes on. */
export const underWayHeaders = (job: Job, wait: Duration.Duration | undefined) => ({
  location: jobUrl(job.id),
  ...preferenceHeaders(wait)
})
