/**
 * What a person sees of a call while it runs: a pure fold of the library's events into finished lines, one line about
 * what is going on, and the facts an ending needs (the call's id, the job that was under way).
 *
 * An attempt that is made again has a line with its reason; the failure that ends a call is told with the ending.
 */
import * as Duration from "effect/Duration"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import { isKeyEvent } from "../../schemas/KeyEvent.ts"
import type { Operation } from "../../schemas/Provider.ts"
import type { ApiReason } from "../../schemas/Reason.ts"
import { keyLines } from "./KeyLines.ts"
import { admittedLines, cacheLines, circuitLines, fallbackLines, modeLines, pauseLines } from "./PolicyLines.ts"
import { costText, secondsText } from "./Text.ts"

/** An image job as its last event left it. `isOver`: nothing more will happen to it at the provider. */
export interface JobFacts {
  readonly jobId: string
  readonly state: string
  readonly providerJobId?: string
  readonly isOver: boolean
}

/** An attempt that failed. */
export interface FailedAttempt {
  readonly operation: Operation
  readonly reason: ApiReason["_tag"]
}

/** What is known of a run from its events. `failed` is the last attempt, if it failed; `isMade`: the picture is there. */
export interface RunFacts {
  readonly callId?: string
  readonly job?: JobFacts
  readonly failed?: FailedAttempt
  readonly isMade?: boolean
}

/** **Units** `since` in milliseconds since 1970. */
export interface Progress {
  readonly facts: RunFacts
  /** What is going on, and since when. */
  readonly activity?: { readonly text: string; readonly since: number }
  readonly polls: number
  readonly acceptedAt?: number
}

/** Before the first event. */
export const noProgress: Progress = { facts: {}, polls: 0 }

/** The progress after an event, and the lines that it finishes. */
export interface Step {
  readonly progress: Progress
  readonly lines: ReadonlyArray<string>
}

/** Folds one event. What is `isSimulated` costs nothing. Pure. */
export const advance = (before: Progress, event: CallEvent, isSimulated = false): Step => {
  const callId = before.facts.callId ?? ("callId" in event ? event.callId : undefined)
  const progress: Progress = { ...before, facts: { ...before.facts, ...(callId === undefined ? {} : { callId }) } }
  if (isKeyEvent(event)) return { progress, lines: keyLines(event) }
  switch (event._tag) {
    case "CallStarted":
      return started(progress, event)
    case "CallSucceeded":
      return succeeded(progress, event, isSimulated)
    case "RetryScheduled":
      return {
        progress: {
          ...progress,
          activity: { text: `${labelOf(event)}: waiting before attempt ${event.attempt + 1}`, since: event.at }
        },
        lines: isFree(event)
          ? []
          : [
              `… ${labelOf(event)}: attempt ${event.attempt} failed${because(progress)}, again in ${secondsText(Duration.toMillis(event.delay))}`
            ]
      }
    case "AttemptStarted": {
      const { failed: _, ...facts } = progress.facts
      const activity = { text: `${labelOf(event)}, attempt ${event.attempt}`, since: event.at }
      return {
        progress: { ...progress, facts, ...(event.attempt === 1 ? {} : { activity }) },
        lines: isFree(event) ? [] : admittedLines(labelOf(event), event.admission)
      }
    }
    case "AttemptFailed": {
      const failed = { operation: event.operation, reason: event.failure.reason._tag }
      return quiet({ ...progress, facts: { ...progress.facts, failed } })
    }
    case "JobMoved":
      return moved(progress, event)
    case "CallFailed":
    case "CallInterrupted":
    case "WaitEnded":
    case "CallRejected":
      return quiet(idle(progress))
    case "CacheAnswered":
      return { progress, lines: cacheLines(event) }
    case "CircuitMoved":
      return { progress, lines: circuitLines(event) }
    case "FellBack":
      return { progress, lines: fallbackLines(event) }
    case "ModeChanged":
      return { progress, lines: modeLines(event) }
    case "RoomPaused":
      return { progress, lines: pauseLines(event) }
    case "VaultTrouble":
      return { progress, lines: keyLines(event) }
    case "AttemptSucceeded":
    case "CallEnded":
    case "RetriedByHand":
    case "AttemptInterrupted":
    case "AuditDropped":
    case "TokenAdded":
    case "TokenRevoked":
    case "SettingsChanged":
    case "SettingsRefused":
    case "DefectCaught":
      return quiet(progress)
  }
}

type EventOf<T extends CallEvent["_tag"]> = Extract<CallEvent, { readonly _tag: T }>
type ProviderEvent = Extract<CallEvent, { readonly operation: string }>

const quiet = (progress: Progress): Step => ({ progress, lines: [] })

const idle = ({ activity: _, ...progress }: Progress): Progress => progress

const isFree = (event: ProviderEvent): boolean => event.operation === "status" || event.operation === "probe"

const labels: Readonly<Record<ProviderEvent["operation"], string>> = {
  chat: "enhancing the prompt",
  submit: "asking for the picture",
  status: "making the picture",
  download: "fetching the picture",
  cancel: "cancelling the job",
  probe: "asking the provider"
}

const because = ({ facts: { failed } }: Progress): string => (failed === undefined ? "" : ` (${failed.reason})`)

const labelOf = (event: ProviderEvent): string => labels[event.operation]

const times = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

const started = (progress: Progress, event: EventOf<"CallStarted">): Step => {
  if (event.operation === "status") {
    const polls = progress.polls + 1
    return quiet({
      ...progress,
      polls,
      activity: { text: `making the picture, poll ${polls}`, since: progress.acceptedAt ?? event.at }
    })
  }
  const isDownload = event.operation === "download"
  const made = isDownload && progress.acceptedAt !== undefined
  const facts = isDownload ? { ...progress.facts, isMade: true } : progress.facts
  return {
    progress: { ...progress, facts, activity: { text: labelOf(event), since: event.at } },
    lines: made
      ? [finished("picture made", event.at - (progress.acceptedAt ?? event.at), times(progress.polls, "poll"))]
      : []
  }
}

const succeeded = (progress: Progress, event: EventOf<"CallSucceeded">, isSimulated: boolean): Step => {
  const elapsed = Duration.toMillis(event.elapsed)
  const cost = isSimulated || event.cost.usdMicros === 0 ? "" : costText(event.cost)
  switch (event.operation) {
    case "chat":
      return { progress: idle(progress), lines: [finished("prompt enhanced", elapsed, cost)] }
    case "submit":
      return {
        progress: { ...progress, acceptedAt: event.at, activity: { text: "making the picture", since: event.at } },
        lines: [finished("job accepted", elapsed, cost)]
      }
    case "download":
      return { progress: idle(progress), lines: [finished("picture fetched", elapsed)] }
    case "cancel":
    case "status":
    case "probe":
      return quiet(progress)
  }
}

const overStates = ["Stored", "Failed", "Cancelled", "Expired"]

const moved = (progress: Progress, event: EventOf<"JobMoved">): Step => {
  const providerJobId = event.providerJobId ?? progress.facts.job?.providerJobId
  const job: JobFacts = {
    jobId: event.jobId,
    state: event.to,
    isOver: overStates.includes(event.to),
    ...(providerJobId === undefined ? {} : { providerJobId })
  }
  return quiet({ ...progress, facts: { ...progress.facts, job } })
}

const finished = (what: string, elapsedMillis: number, detail = ""): string =>
  `✔ ${what.padEnd(16)} ${secondsText(elapsedMillis).padStart(7)}${detail === "" ? "" : `  ${detail}`}`
