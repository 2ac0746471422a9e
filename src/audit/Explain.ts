/**
 * Why a call went as it went: its rows as the decisions that were made, in order. Pure.
 */
import type { AuditEntry, AuditRow } from "../../schemas/Audit.ts"

/** One decision, in words. **Units** `afterMillis` since the first row of the call. */
export interface Decision {
  readonly sequence: number
  readonly at: number
  readonly afterMillis: number
  readonly text: string
}

/** What a call came to in all. `costUsdMicros` is `null` where a part of it is not known. */
export interface CallSum {
  readonly attempts: number
  readonly retries: number
  readonly waitMillis: number
  readonly costUsdMicros: number | null
}

/**
 * The decisions of a call, from its rows in order.
 *
 * ```ts
 * import { explain } from "@ludeng/providers"
 *
 * const rows = [
 *   { sequence: 1, row: { kind: "CacheAnswered", at: 1_000, answer: "Miss" } },
 *   { sequence: 2, row: { kind: "RetryScheduled", at: 1_500, attempt: 1, delayMillis: 250 } }
 * ]
 * const told = explain(rows).map(({ afterMillis, text }) => `${afterMillis} ${text}`)
 * told // => ["0 cache: nothing kept", "500 asks again in 0.25 s"]
 * ```
 */
export const explain = (entries: ReadonlyArray<AuditEntry>): ReadonlyArray<Decision> => {
  const begunAt = entries[0]?.row.at ?? 0
  return entries.map(({ row, sequence }) => ({
    sequence,
    at: row.at,
    afterMillis: Math.max(0, row.at - begunAt),
    text: textOf(row)
  }))
}

/** What it came to; a job's cost is that of its last row, and its requests cost nothing besides. */
export const sumOf = (entries: ReadonlyArray<AuditEntry>): CallSum => {
  const rows = entries.map(({ row }) => row)
  const attempts = rows.filter(({ kind }) => attemptKinds.has(kind))
  const jobs = new Map(rows.flatMap((row) => (row.kind === "JobMoved" ? [[row.jobId, row.cost] as const] : [])))
  const costs = [...jobs.values(), ...rows.filter(({ kind }) => kind !== "JobMoved").map(({ cost }) => cost)].flatMap(
    (cost) => (cost === undefined ? [] : [cost.usdMicros])
  )
  return {
    attempts: attempts.length,
    retries: attempts.filter(({ attempt }) => (attempt ?? 1) > 1).length,
    waitMillis: attempts.reduce((sum, { waitMillis }) => sum + (waitMillis ?? 0), 0),
    costUsdMicros: costs.reduce((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0)
  }
}

const attemptKinds = new Set(["AttemptSucceeded", "AttemptFailed", "AttemptInterrupted"])

const textOf = (row: AuditRow): string => {
  switch (row.kind) {
    case "CacheAnswered":
      return `cache: ${cacheTexts[row.answer ?? ""] ?? row.answer}`
    case "AttemptSucceeded":
      return `${attemptText(row)}: answered after ${seconds(row.elapsedMillis)}`
    case "AttemptFailed":
      return `${attemptText(row)}: ${failureText(row)} after ${seconds(row.elapsedMillis)}`
    case "AttemptInterrupted":
      return `${attemptText(row)}: cut off after ${seconds(row.elapsedMillis)}, ${row.outcome === "NotSent" ? "before it was sent" : "nobody knows whether it was processed"}`
    case "RetryScheduled":
      return `asks again in ${seconds(row.delayMillis)}`
    case "CallSucceeded":
      return `${operationOf(row)} done: ${row.attempts} attempt${row.attempts === 1 ? "" : "s"}, ${seconds(row.elapsedMillis)}, ${costOf(row)}`
    case "CallFailed":
      return `${operationOf(row)} failed: ${failureText(row)}${row.stoppedBy === undefined ? "" : `, stopped by ${row.stoppedBy}`}; ${row.attempts} attempt${row.attempts === 1 ? "" : "s"}, ${seconds(row.elapsedMillis)}, ${costOf(row)}`
    case "CallInterrupted":
      return `${operationOf(row)} given up by its caller ${duringTexts[String(row["during"])] ?? ""}: ${row.attempts} attempt${row.attempts === 1 ? "" : "s"}, ${seconds(row.elapsedMillis)}, ${costOf(row)}`
    case "WaitEnded":
      return `stops waiting for ${row.jobId === undefined ? "an equal call" : `job ${row.jobId}`}: ${failureText(row)}${row["drivenBy"] === row.callId ? "" : `; what was asked is told of call ${String(row["drivenBy"])}`}`
    case "CallRejected":
      return `refused before anything was sent: ${reasonText(row)}`
    case "FellBack":
      return `falls back to ${fallbackTexts[row.to ?? ""] ?? row.to}, because of ${row.because}`
    case "JobMoved":
      return [
        `job ${row.jobId}: ${row.from} -> ${row.to}`,
        ...(row.providerJobId === undefined ? [] : [`the provider calls it ${row.providerJobId}`]),
        ...(row.cost === undefined ? [] : [costOf(row)])
      ].join(", ")
    case "RetriedByHand":
      return `a person has failure ${row.letterId} made again, that of call ${row.retryOf}`
    case "DefectCaught":
      return "a defect ended it"
    default:
      return row.kind
  }
}

const attemptText = (row: AuditRow): string =>
  [
    `${operationOf(row)} attempt ${row.attempt}`,
    (row.waitMillis ?? 0) > 0 || row.heldBackBy !== undefined
      ? `waited ${seconds(row.waitMillis)} for ${waitedFor(row)}`
      : "let in at once",
    `circuit ${row.circuit}`,
    ...(row.keyId === undefined ? [] : [`key ${row.keyId}`])
  ].join(", ")

const waitedFor = ({ heldBackBy, tier }: AuditRow): string => {
  if (tier !== undefined) return `the window of ${tier.limit} in ${seconds(tier.windowMillis)}`
  return heldBackBy === undefined ? "its turn" : `a ${heldBackBy}`
}

const operationOf = ({ operation, provider }: AuditRow): string => `${provider} ${operation}`

const failureText = (row: AuditRow): string => {
  const details = [row.status, row.providerRequestId].filter((it) => it !== undefined)
  return `${reasonText(row)} (${[...details, row.outcome].join(", ")})`
}

const reasonText = ({ reason }: AuditRow): string => {
  const { _tag, ...facts } = reason ?? {}
  const told = Object.entries(facts).map(([name, value]) =>
    typeof value === "number" && name.endsWith("Millis")
      ? `${name.slice(0, -6)} ${seconds(value)}`
      : `${name} ${String(value)}`
  )
  return [String(_tag ?? "unknown"), ...told].join(", ")
}

const seconds = (millis = 0): string => {
  const text = (millis / 1000).toFixed(millis < 10_000 ? 2 : 1).replace(/\.?0+$/, "")
  return `${text} s`
}

const costOf = ({ cost }: AuditRow): string => {
  if (cost === undefined || cost.usdMicros === null) return "cost unknown"
  const dollars = `$${(cost.usdMicros / 1_000_000).toFixed(6).replace(/0{1,4}$/, "")}`
  return cost.basis === "estimated" ? `at most ${dollars}` : dollars
}

const cacheTexts: Readonly<Record<string, string>> = {
  Fresh: "a kept answer, still fresh",
  Stale: "a kept answer, past its time",
  Miss: "nothing kept",
  Bypassed: "not asked",
  Joined: "an equal request is under way, and is joined"
}

const duringTexts: Readonly<Record<string, string>> = {
  waiting: "while it waited for its turn",
  asking: "while its request was out",
  pausing: "before the next attempt"
}

const fallbackTexts: Readonly<Record<string, string>> = {
  StaleAnswer: "a kept answer past its time",
  LocalTemplate: "the local template",
  RawPrompt: "the prompt as it came",
  OtherProtocol: "the second image provider",
  EarlierImage: "an earlier picture"
}
