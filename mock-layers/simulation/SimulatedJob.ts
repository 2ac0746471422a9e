/**
 * An image job at a simulated provider. What it is doing follows from the clock: nothing has to run in the background.
 */
import type { PictureRequest } from "./picture/Picture.ts"

/** How a job will end. */
export type JobEnd = "completes" | "fails" | "blocked" | "never"

/** A job. **Units** instants in milliseconds since 1970. */
export interface SimulatedJob {
  readonly id: string
  readonly service: "nanobananaapi" | "generic"
  readonly acceptedAt: number
  readonly finishesAt: number
  readonly end: JobEnd
  readonly cancelledAt: number | undefined
  readonly picture: PictureRequest
  /** The request's body, which some protocols give back. */
  readonly parameters: string
  /** Counts the result's URLs: a new one is given out when the one before was found expired. */
  readonly issue: number
}

/** What a job is doing. */
export type JobPhase = "queued" | "processing" | "completed" | "failed" | "blocked" | "cancelled"

const queuedShare = 0.25

/** What a job is doing at an instant. */
export const phaseOf = (job: SimulatedJob, now: number): JobPhase => {
  if (job.cancelledAt !== undefined) return "cancelled"
  if (job.end === "never" || now < job.finishesAt) {
    return now < job.acceptedAt + (job.finishesAt - job.acceptedAt) * queuedShare ? "queued" : "processing"
  }
  return job.end === "completes" ? "completed" : job.end === "fails" ? "failed" : "blocked"
}

/** The name of a result's file; `kind` tells the original, which expires sooner, from the result. */
export const fileNameOf = (job: SimulatedJob, kind: "result" | "origin"): string =>
  `${job.id}_${job.issue}${kind === "origin" ? "_o" : ""}.${job.picture.format === "jpeg" ? "jpg" : job.picture.format}`
