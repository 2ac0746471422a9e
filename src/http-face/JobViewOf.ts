/**
 * A job as its owner sees it over HTTP, and a picture as a link. Pure.
 */
import * as Duration from "effect/Duration"
import type { Illustration } from "../../schemas/Illustration.ts"
import type { GeneratedImage, StoredImage } from "../../schemas/Image.ts"
import { isTerminal, type Job, providerJobIdOf } from "../../schemas/Job.ts"
import type { JobId } from "../../schemas/Identifiers.ts"
import type { JobView } from "../../schemas/http-face/JobView.ts"
import type { IllustrationAnswer, ImageAnswer, PictureLink } from "../../schemas/http-face/Results.ts"
import type { ImageProtocolName } from "../../schemas/Provider.ts"
import { adviceOf } from "../job/JobAdvice.ts"
import { facts as genericFacts } from "../provider/nanobanana/generic/Facts.ts"
import { facts as nanoBananaApiFacts } from "../provider/nanobanana/nanobananaapi/Facts.ts"

const protocolFacts: Readonly<Record<ImageProtocolName, { readonly canCancel: boolean }>> = {
  nanobananaapi: nanoBananaApiFacts,
  generic: genericFacts
}

/** Where a picture is fetched. */
export const pictureUrl = (jobId: JobId): string => `/v1/images/${encodeURIComponent(jobId)}`

/** Where a job is looked at. */
export const jobUrl = (jobId: JobId): string => `/v1/jobs/${encodeURIComponent(jobId)}`

/** A stored picture as a link: where its file lies is nobody's business over HTTP. */
export const pictureLink = (jobId: JobId, { bytes, format, height, sha256, width }: StoredImage): PictureLink => ({
  url: pictureUrl(jobId),
  sha256,
  bytes,
  width,
  height,
  format
})

/** A result of the library as an answer. */
export const imageAnswer = ({ image, ...generated }: GeneratedImage): ImageAnswer => ({
  ...generated,
  image: pictureLink(generated.jobId, image)
})

/** The same of an illustration. */
export const illustrationAnswer = ({ elapsed, generated, ...illustration }: Illustration): IllustrationAnswer => ({
  ...illustration,
  generated: imageAnswer(generated),
  elapsedMillis: Math.round(Duration.toMillis(elapsed))
})

/** The job. */
export const jobViewOf = (job: Job): JobView => {
  const { actions, meaning } = adviceOf(job, protocolFacts[job.plan.protocol])
  const { state } = job
  const providerJobId = providerJobIdOf(state)
  return {
    id: job.id,
    callId: job.callId,
    state: state._tag,
    isFinal: isTerminal(state),
    meaning,
    actions: [...actions],
    prompt: job.request.prompt,
    ...(job.request.parameters === undefined ? {} : { parameters: job.request.parameters }),
    ...(job.enhanced === undefined ? {} : { enhanced: job.enhanced }),
    ...(job.idempotencyKey === undefined ? {} : { idempotencyKey: job.idempotencyKey }),
    ...(state._tag === "Queued" && state.heldBack !== undefined ? { heldBack: state.heldBack } : {}),
    ...(state._tag === "Failed" ? { reason: state.reason._tag } : {}),
    ...(state._tag === "Stored" ? { image: pictureLink(job.id, state.image) } : {}),
    ...(providerJobId === undefined ? {} : { providerJobId }),
    protocol: job.plan.protocol,
    model: job.plan.model,
    ...(job.standIn === undefined ? {} : { standIn: job.standIn }),
    money: job.money._tag,
    price: job.price,
    attempts: job.attempts,
    createdAt: job.createdAt,
    updatedAt: job.updatedAt
  }
}
