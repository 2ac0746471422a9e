/**
 * Jobs as the objects `--json` prints and as lines for a person. Pure.
 */
import * as Schema from "effect/Schema"
import { isTerminal, type Job, JobState, providerJobIdOf } from "../../schemas/Job.ts"
import type { Cost } from "../../schemas/Money.ts"
import { adviceOf, type JobAction, type JobAdvice } from "../../src/job/JobAdvice.ts"
import type { ImageCondition } from "../../src/image/ImageStore.ts"
import { facts as genericFacts } from "../../src/provider/nanobanana/generic/Facts.ts"
import { facts as nanoBananaApiFacts } from "../../src/provider/nanobanana/nanobananaapi/Facts.ts"
import type { ImageProtocolName } from "../../schemas/Provider.ts"
import { costText, plainText, secondsText } from "./Text.ts"

/** What can be done about a job at the protocol that makes it. */
const adviceFor = (job: Job): JobAdvice => adviceOf(job, protocolFacts[job.plan.protocol])

const protocolFacts: Readonly<Record<ImageProtocolName, { readonly canCancel: boolean }>> = {
  nanobananaapi: nanoBananaApiFacts,
  generic: genericFacts
}

const encodeState = Schema.encodeSync(Schema.toCodecJson(JobState))

/** A job without what people wrote. **Units** instants in milliseconds since 1970, money in micro-dollars. */
export const jobJson = (job: Job, now: number) => ({
  jobId: job.id,
  callId: job.callId,
  owner: job.owner,
  idempotencyKey: job.idempotencyKey ?? null,
  state: job.state._tag,
  details: encodeState(job.state),
  providerJobId: providerJobIdOf(job.state) ?? null,
  protocol: job.plan.protocol,
  model: job.plan.model,
  money: job.money._tag,
  priceUsdMicros: job.price.usdMicros,
  attempts: job.attempts,
  createdAt: job.createdAt,
  updatedAt: job.updatedAt,
  ageMillis: Math.max(0, now - job.createdAt),
  ...adviceFor(job)
})

/** The same with the prompt, for whoever it belongs to, and with how its picture was found, if one was stored. */
export const wholeJobJson = (job: Job, now: number, picture?: ImageCondition) => ({
  ...jobJson(job, now),
  picture: picture ?? null,
  prompt: job.request.prompt,
  parameters: job.request.parameters ?? {}
})

const columns = ["job", "state", "age", "at the provider", "price", "what it means"] as const

/** Jobs as a table. */
export const jobTableLines = (jobs: ReadonlyArray<Job>, now: number): ReadonlyArray<string> => {
  if (jobs.length === 0) return ["There are no jobs."]
  const rows = [columns, ...jobs.map((job) => cellsOf(job, now))]
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()
  )
}

const cellsOf = (job: Job, now: number): ReadonlyArray<string> => [
  job.id,
  job.state._tag,
  secondsText(now - job.createdAt),
  providerJobIdOf(job.state) ?? "-",
  moneyText(job),
  adviceFor(job).meaning
]

const moneyText = (job: Job): string => {
  const amount = (cost: Cost): string => (cost.usdMicros === null ? "unknown" : costText(cost))
  switch (job.money._tag) {
    case "None":
    case "Held":
      return amount(job.price)
    case "Settled":
      return job.money.cost.usdMicros === null ? "paid, price unknown" : `paid ${amount(job.money.cost)}`
    case "Released":
      return "nothing"
  }
}

/** The commands that do what can be done about a job. */
export const actionLines = (job: Job): ReadonlyArray<string> =>
  adviceFor(job).actions.map((action) => commands[action](job.id))

const commands: Readonly<Record<JobAction, (id: string) => string>> = {
  resume: (id) => `ludeng jobs resume ${id}`,
  cancel: (id) => `ludeng jobs cancel ${id}`,
  resolveCharged: (id) => `ludeng jobs resolve ${id} --charged --provider-job ID   (its account shows the job)`,
  resolveNotCharged: (id) => `ludeng jobs resolve ${id} --not-charged   (its account does not show it)`,
  acceptLoss: (id) => `ludeng jobs resolve ${id} --accept-loss   (nobody can tell any more)`,
  requestAgain: () => "ask for the same again: a new purchase"
}

/** One job with everything there is to know about it, and what can be done. */
export const jobLines = (job: Job, now: number, picture?: ImageCondition): ReadonlyArray<string> => [
  row("job", job.id),
  row("state", `${job.state._tag}: ${adviceFor(job).meaning}`),
  ...stateLines(job),
  ...(picture === undefined || picture === "Intact" ? [] : [row("", pictureTexts[picture])]),
  row("prompt", plainText(job.request.prompt)),
  row("provider", `${job.plan.protocol}, ${plainText(job.plan.model)}${idText(job)}`),
  row("price", moneyText(job)),
  row("age", `${secondsText(now - job.createdAt)}, ${job.attempts} paid request${job.attempts === 1 ? "" : "s"}`),
  row("call", job.callId),
  ...(job.idempotencyKey === undefined ? [] : [row("key", plainText(job.idempotencyKey))]),
  ...actionLines(job).map((line, index) => row(index === 0 ? "you can" : "", line))
]

const pictureTexts: Readonly<Record<Exclude<ImageCondition, "Intact">, string>> = {
  Missing: "is not there any more: it was removed, and only a new purchase makes another",
  Changed: "holds other bytes than were stored: somebody has changed it"
}

const stateLines = ({ state }: Job): ReadonlyArray<string> => {
  if (state._tag === "Stored") return [row("image", state.image.path)]
  if (state._tag === "Failed") return [row("reason", state.reason._tag)]
  if (state._tag === "Queued" && state.heldBack !== undefined) {
    return [row("not before", new Date(state.heldBack.until).toISOString())]
  }
  return []
}

const idText = (job: Job): string => {
  const id = providerJobIdOf(job.state)
  return id === undefined ? "" : `, which calls it ${plainText(id)}`
}

const row = (name: string, value: string): string => `${name.padEnd(10)} ${value}`

/** A change of a job, as a line. */
export const changeLine = (job: Job, now: number): string =>
  `${secondsText(now - job.createdAt).padStart(9)}  ${job.state._tag}${isTerminal(job.state) ? "" : "…"}  ${adviceFor(job).meaning}`
