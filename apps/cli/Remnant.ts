/**
 * What a program that ends leaves running at a provider, in words: nobody else knows the provider's id any more.
 */
import type { RunFacts } from "./Progress.ts"
import type { Run } from "./Session.ts"

/** The line about the job that was under way, `undefined` where nothing is left. Pure. */
export const remnantLine = ({ job }: RunFacts, { provider }: Pick<Run, "provider">): string | undefined => {
  if (job === undefined || job.isOver || job.state === "Queued") return undefined
  const where = provider ?? "the image provider"
  if (job.providerJobId !== undefined) {
    return `Job ${job.jobId} is left running at ${where}, which calls it ${job.providerJobId}. It may be charged.`
  }
  return `Job ${job.jobId}: the paid request went out to ${where} and no answer has come. It may have been accepted and charged.`
}
