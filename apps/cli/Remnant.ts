/**
 * What a program that ends leaves running at a provider, in words: nobody else knows the provider's id any more.
 */
import type { RunFacts } from "./Progress.ts"
import type { Run } from "./Session.ts"

/** The line about the job that was under way, `undefined` where nothing is left. Pure. */
export const remnantLine = (
  { job }: RunFacts,
  { provider, mode }: Pick<Run, "provider" | "mode">
): string | undefined => {
  if (job === undefined || job.isOver || job.state === "Queued") return undefined
  const isSimulated = mode?._tag === "Simulated"
  const where = isSimulated ? `the simulated ${provider}` : provider
  const money = isSimulated ? "Nothing is charged." : "It may be charged."
  return job.providerJobId === undefined
    ? `Job ${job.jobId}: the paid request went out to ${where} and no answer has come. ${money}`
    : `Job ${job.jobId} is left running at ${where}, which calls it ${job.providerJobId}. ${money}`
}
