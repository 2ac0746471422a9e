/**
 * The log of calls: one structured line for each call that ended, well or badly, each failed attempt and each defect.
 *
 * A line holds names, lengths, counts and hashes: the reason's own facts (content type, length and hash of a malformed
 * answer, the host of a failed name look-up), and for a refused request its parameters without text.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as LogLevel from "effect/LogLevel"
import * as References from "effect/References"
import type { CallEvent, RequestFacts } from "../../schemas/CallEvent.ts"
import type { SettingsChanged } from "../../schemas/SettingsChange.ts"
import { endedLevel, endedLine } from "./CallEndedLine.ts"
import { type Fields, type Line, reasonFields, timeFields } from "./LogFields.ts"

const requestFields = (request: RequestFacts, isRefused: boolean): Fields => ({
  fieldLengths: request.fieldLengths,
  bodySha256: request.bodySha256,
  ...(isRefused ? { parameters: request.parameters } : {})
})

/** Whether a line of this level is written where this fiber runs. */
export const isLogged = (fiber: Pick<Fiber.Fiber<unknown, unknown>, "getRef">, level: "Info" | "Debug"): boolean =>
  LogLevel.isGreaterThanOrEqualTo(level, fiber.getRef(References.MinimumLogLevel))

/**
 * The line of an event, or `undefined` for events that are not logged by themselves. Pure.
 */
export const logLine = (event: CallEvent): Line | undefined => {
  switch (event._tag) {
    case "AttemptFailed":
      return {
        message: "attempt failed",
        fields: {
          attempt: event.attempt,
          ...reasonFields(event.failure.reason),
          outcome: event.failure.outcome,
          status: event.failure.status,
          providerRequestId: event.failure.providerRequestId,
          elapsedMillis: Duration.toMillis(event.elapsed),
          ...requestFields(event.request, event.failure.reason._tag === "RequestRejected")
        }
      }
    case "CallFailed":
      return {
        message: "request failed",
        fields: {
          attempts: event.attempts,
          ...reasonFields(event.reason),
          outcome: event.outcome,
          stoppedBy: event.stoppedBy,
          status: event.status,
          providerRequestId: event.providerRequestId,
          elapsedMillis: Duration.toMillis(event.elapsed),
          costUsdMicros: event.cost.usdMicros,
          ...timeFields(event.times),
          ...requestFields(event.request, event.reason._tag === "RequestRejected")
        }
      }
    case "CallSucceeded":
      return {
        message: "request succeeded",
        fields: {
          attempts: event.attempts,
          costUsdMicros: event.cost.usdMicros,
          costBasis: event.cost.basis,
          providerRequestId: event.providerRequestId,
          ...event.use,
          ...timeFields(event.times)
        }
      }
    case "CallEnded":
      return endedLine(event)
    case "WaitEnded":
      return {
        message: "wait ended",
        fields: {
          jobId: event.jobId,
          drivenBy: event.drivenBy,
          ...reasonFields(event.reason),
          outcome: event.outcome
        }
      }
    case "CallRejected":
      return { message: "call refused", fields: { ...reasonFields(event.reason), outcome: "NotSent" } }
    case "DefectCaught":
      return { message: "defect", fields: { stack: event.stack } }
    case "CircuitMoved":
      return {
        message: "circuit moved",
        fields: { scope: event.scope, operation: event.operation, from: event.from, to: event.to, reason: event.reason }
      }
    case "ModeChanged":
      return { message: "mode changed", fields: { from: event.from, to: event.to, by: event.by } }
    case "FellBack":
      return { message: "fell back", fields: { to: event.to, reason: event.reason } }
    case "KeyRetired":
      // What a person has done, or has come to its end, is nothing to warn of.
      return event.because === "Rejected"
        ? { message: "key retired", fields: { scope: event.scope, keyId: event.keyId, remedy: event.remedy } }
        : undefined
    case "KeySetAside":
    case "KeyRefused":
      return {
        message: event._tag === "KeySetAside" ? "key set aside" : "key refused",
        fields: { scope: event.scope, keyId: event.keyId, remedy: event.remedy }
      }
    case "VaultTrouble":
      return {
        message: `vault: ${event.doing} failed`,
        fields: { problem: event.problem, remedy: event.remedy }
      }
    case "SettingsChanged":
      return settingsChangedLine(event)
    case "SettingsRefused": {
      const problems = event.problems.map(({ expected, name, problem }) => `${name}: ${problem}, expected ${expected}`)
      return {
        message: `settings refused, those before stay in force: ${problems.join("; ")}`,
        fields: { by: event.by, problems }
      }
    }
    case "AuditDropped":
      return { message: "audit rows dropped", fields: { count: event.count, because: event.because } }
    case "TokenAdded":
    case "TokenRevoked":
    case "KeyAdded":
    case "KeyOpened":
    case "KeyActivated":
    case "KeyRotated":
    case "KeyCooled":
    case "CallStarted":
    case "CacheAnswered":
    case "RoomPaused":
    case "AttemptStarted":
    case "AttemptSucceeded":
    case "AttemptInterrupted":
    case "CallInterrupted":
    case "RetryScheduled":
    case "JobMoved":
    case "RetriedByHand":
      return undefined
  }
}

const levelOf = (event: CallEvent): "Error" | "Warn" | "Info" | "Debug" => {
  switch (event._tag) {
    case "DefectCaught":
      return "Error"
    case "CallSucceeded":
    case "CallFailed":
      return "Debug"
    case "WaitEnded":
      return "Info"
    case "CallEnded":
      return endedLevel(event)
    default:
      return "Warn"
  }
}

const settingsChangedLine = ({ afterRestart, by, changed, version }: SettingsChanged): Line => {
  const changes = changed.map(({ after, before, path }) =>
    before === undefined || after === undefined ? path : `${path}: ${before} -> ${after}`
  )
  const waiting = afterRestart.map((path) => `${path} after a restart`)
  return {
    message: `settings changed by ${by}: ${[...changes, ...waiting].join("; ") || "nothing waits for a restart any more"}`,
    fields: { version, by, changed: changes, ...(afterRestart.length === 0 ? {} : { afterRestart }) }
  }
}

const known = (fields: Fields): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** Writes the line of an event, if it has one, to Effect's logger. */
export const logEvent = (event: CallEvent): Effect.Effect<void> => {
  const line = logLine(event)
  if (line === undefined) return Effect.void
  const common = {
    ...("callId" in event ? { callId: event.callId, owner: event.owner } : {}),
    ...("provider" in event ? { provider: event.provider } : {}),
    ...("operation" in event ? { operation: event.operation } : {})
  }
  return Effect.logWithLevel(levelOf(event))(line.message).pipe(
    Effect.annotateLogs(known({ ...common, ...line.fields }))
  )
}
