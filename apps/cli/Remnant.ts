/**
 * What a program that ends leaves behind, at a provider or in the queue, in words, and the command that goes on with it.
 */
import type { FailedAttempt, JobFacts, RunFacts } from "./Progress.ts"
import type { Run } from "./Session.ts"

/** Whether something of the job may be left at the provider. */
export const isLeft = (job: JobFacts): boolean => !job.isOver && job.state !== "Queued"

/** The line about the job that was under way, `undefined` where nothing is left. Pure. */
export const remnantLine = (
  { failed, isMade, job }: RunFacts,
  { keepsJobs, provider, mode }: Pick<Run, "keepsJobs" | "provider" | "mode">
): string | undefined => {
  if (job === undefined || job.isOver) return undefined
  if (!isLeft(job)) return keepsJobs === true ? queuedLine(job) : undefined
  const next = keepsJobs === true ? ` What can be done: ludeng jobs show ${job.jobId}` : ""
  const isSimulated = mode?._tag === "Simulated"
  const where = isSimulated ? `the simulated ${provider}` : provider
  const money = isSimulated ? "Nothing is charged." : "It may be charged."
  if (job.providerJobId === undefined) {
    return `Job ${job.jobId}: the paid request went out to ${where} and ${answerText(failed)}. ${money}${next}`
  }
  if (isMade !== true) {
    return `Job ${job.jobId} is left running at ${where}, which calls it ${job.providerJobId}. ${money}${next}`
  }
  const lost = failed?.reason === "StorageFailed" ? "could not be stored" : "was not fetched"
  return `The picture of job ${job.jobId} was made at ${where}, which calls it ${job.providerJobId}, and ${lost}. ${money}${next}`
}

const queuedLine = ({ jobId }: JobFacts): string =>
  `Job ${jobId} stays in the queue, and was not sent. \`ludeng jobs resume ${jobId}\` goes on with it, \`ludeng jobs cancel ${jobId}\` gives it up.`

const answerText = (failed: FailedAttempt | undefined): string => {
  if (failed?.operation !== "submit") return "no answer has come"
  switch (failed.reason) {
    case "MalformedResponse":
    case "EmptyResponse":
    case "IncompleteResponse":
      return "an answer came and could not be read"
    case "TimedOut":
    case "ConnectionLost":
    case "OutcomeUnknown":
      return "no answer has come"
    default:
      return "the answer does not say what became of it"
  }
}
