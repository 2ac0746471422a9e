/**
 * Makes a job out of a submit that is in order: the same for both image services.
 */
import { type Handled, jobEndOf, type World } from "../Handler.ts"
import { drawLatencyMillis } from "../Latency.ts"
import type { PlainAnswer, SimulatedRequest } from "../Messages.ts"
import type { PictureRequest } from "../picture/Picture.ts"
import { drawHex } from "../SeededRandom.ts"
import type { SimulatedJob } from "../SimulatedJob.ts"

/** Accepts a submit: a new job, charged once, whatever becomes of it. */
export const acceptJob = (
  request: SimulatedRequest,
  world: World,
  service: SimulatedJob["service"],
  picture: PictureRequest,
  answerOf: (id: string) => PlainAnswer
): Handled => {
  const id = drawHex(world.chance, "job", 32)
  return {
    answer: answerOf(id),
    usdMicros: world.script.imageUsdMicros,
    isAccepted: true,
    job: {
      id,
      service,
      acceptedAt: world.now,
      finishesAt: world.now + drawLatencyMillis(world.script, "job", world.chance),
      end: jobEndOf(world.fault),
      cancelledAt: undefined,
      picture,
      parameters: request.body,
      issue: 1
    }
  }
}

/** The job of an id at a service. */
export const jobAt = (world: World, service: SimulatedJob["service"], id: string): SimulatedJob | undefined => {
  const job = world.jobs.get(id)
  return job?.service === service ? job : undefined
}
