/**
 * What the audit keeps of an event. Pure.
 *
 * A row is an event that ended or decided something, flat and plain: durations become milliseconds, a failure its reason
 * and outcome, a defect its places in the code. What only begins (`CallStarted`, `AttemptStarted`) is told again by what
 * ends it.
 */
import * as Duration from "effect/Duration"
import type { BodiesKept } from "../../schemas/Audit.ts"
import type { AdmissionFacts, CallEvent } from "../../schemas/CallEvent.ts"
import type { AttemptFailed } from "../../schemas/Failures.ts"

/** Whether an event has a row. A call as a whole has none of its own: its requests, its answer or its refusal have one. */
export const hasRow = ({ _tag }: Pick<CallEvent, "_tag">): boolean =>
  _tag !== "CallStarted" && _tag !== "AttemptStarted" && _tag !== "CallEnded"

/** A row while it is made. */
export type RowFields = Record<string, unknown>

/** The row of an event, with where its bodies are. */
export const rowOf = (event: CallEvent, bodies?: BodiesKept): RowFields => {
  const row: RowFields = { kind: event._tag, at: event.at }
  for (const name in event) {
    if (name === "_tag" || name === "at") continue
    put(row, name, event[name as keyof CallEvent])
  }
  const ending = endingOf(event)
  if (ending !== undefined) Object.assign(row, ending)
  if (bodies !== undefined) row["bodies"] = bodies
  return row
}

const put = (row: RowFields, name: string, value: unknown): void => {
  switch (name) {
    case "admission":
      putAdmission(row, value as AdmissionFacts)
      return
    case "failure":
      putFailure(row, value as AttemptFailed)
      return
    case "reason":
      if (typeof value === "string") row["because"] = value
      else row["reason"] = plain(value)
      return
    case "stack":
      row["frames"] = framesOf(String(value))
      return
    default:
      if (Duration.isDuration(value)) row[`${name}Millis`] = millisOf(value)
      else row[name] = value
  }
}

const putAdmission = (row: RowFields, { circuit, heldBackBy, tier, waited }: AdmissionFacts): void => {
  row["waitMillis"] = millisOf(waited)
  row["circuit"] = circuit
  if (heldBackBy !== undefined) row["heldBackBy"] = heldBackBy
  if (tier !== undefined) row["tier"] = tier
}

const putFailure = (row: RowFields, { outcome, providerRequestId, reason, status }: AttemptFailed): void => {
  row["reason"] = plain(reason)
  row["outcome"] = outcome
  if (status !== undefined) row["status"] = status
  if (providerRequestId !== undefined) row["providerRequestId"] = providerRequestId
}

/** What is known of an outcome, and of where a result came from, by the kind of the event alone. */
const endingOf = (event: CallEvent): RowFields | undefined => {
  switch (event._tag) {
    case "AttemptSucceeded":
      return done
    case "CallSucceeded":
      return doneLive
    case "AttemptInterrupted":
      return { outcome: event.isSent ? "Unknown" : "NotSent" }
    case "CallRejected":
      return { outcome: "NotSent" }
    case "CacheAnswered":
      return event.answer === "Fresh" ? { provenance: "Cached" } : undefined
    case "FellBack":
      return { provenance: provenances[event.to] }
    default:
      return undefined
  }
}

const done = { outcome: "Done" }
const doneLive = { outcome: "Done", provenance: "Live" }

const provenances: Readonly<Record<Extract<CallEvent, { readonly _tag: "FellBack" }>["to"], string>> = {
  StaleAnswer: "Stale",
  LocalTemplate: "Degraded",
  RawPrompt: "Degraded",
  OtherProtocol: "OtherProvider",
  EarlierImage: "Stale"
}

// A message of something unexpected may hold what was handled; its places in the code do not.
const framesOf = (stack: string): ReadonlyArray<string> =>
  stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())

// JSON has no infinity.
const millisOf = (duration: Duration.Duration): number =>
  Math.max(-longestMillis, Math.min(longestMillis, Math.round(Duration.toMillis(duration) * 1000) / 1000))

const longestMillis = Number.MAX_SAFE_INTEGER

const plain = (value: unknown): unknown => {
  if (Duration.isDuration(value)) return millisOf(value)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, it]) => [Duration.isDuration(it) ? `${name}Millis` : name, plain(it)])
  )
}
