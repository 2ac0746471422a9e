/**
 * Counts events into metrics: the default `Telemetry`. The metrics of whole calls by success and reason are those of
 * `MakeCallStatistics.ts`.
 */
import * as Duration from "effect/Duration"
import type { CallEnd } from "../../schemas/CallEnded.ts"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import type { CallTimes, ModelUse } from "../../schemas/CallTimes.ts"
import { isKeyEvent } from "../../schemas/KeyEvent.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { Operation, Provider } from "../../schemas/Provider.ts"
import type { CallObserver } from "./CallEvents.ts"
import { JobStateName } from "./JobStateName.ts"
import type { MetricName } from "./MetricCatalog.ts"
import { CellTable, type CounterCell, type HistogramCell, type MetricCells } from "./MetricCells.ts"

type EventOf<Tag extends CallEvent["_tag"]> = Extract<CallEvent, { readonly _tag: Tag }>

interface OfOperation {
  readonly provider: Provider
  readonly operation: Operation
}

const outcomes = { CallSucceeded: "success", CallFailed: "failure", CallInterrupted: "interrupted" } as const

const endings: Readonly<Record<CallEnd["_tag"], string>> = {
  Succeeded: "success",
  Failed: "failure",
  Refused: "refused",
  Interrupted: "interrupted",
  Died: "defect"
}

const provenanceOf = (end: CallEnd): string => (end._tag === "Succeeded" ? (end.provenance ?? "") : "")

/** Makes the observer that counts into the cells. It never throws and never waits. */
export const countInto = (cells: MetricCells): CallObserver => {
  const counters = (name: MetricName) => new CellTable<CounterCell>((labels) => cells.counter(name, labels))
  const histograms = (name: MetricName) => new CellTable<HistogramCell>((labels) => cells.histogram(name, labels))

  const duration = histograms("ludeng_call_duration_seconds")
  const queue = histograms("ludeng_queue_wait_seconds")
  const provider = histograms("ludeng_provider_duration_seconds")
  const connect = histograms("ludeng_connect_duration_seconds")
  const firstByte = histograms("ludeng_first_byte_seconds")
  const own = histograms("ludeng_own_overhead_seconds")
  const cost = counters("ludeng_cost_usd_total")
  const tokens = counters("ludeng_tokens_total")
  const rejected = counters("ludeng_calls_rejected_total")
  const waitsEnded = counters("ludeng_waits_ended_total")
  const interrupted = counters("ludeng_calls_interrupted_total")
  const ended = histograms("ludeng_service_call_duration_seconds")
  const defects = counters("ludeng_defects_total")
  const retryPauses = counters("ludeng_retry_pauses_total")
  const cache = counters("ludeng_cache_answers_total")
  const fallbacks = counters("ludeng_fallbacks_total")
  const circuits = counters("ludeng_circuit_transitions_total")
  const doorPauses = counters("ludeng_door_pauses_total")
  const modes = counters("ludeng_mode_changes_total")
  const jobs = counters("ludeng_job_transitions_total")
  const keys = counters("ludeng_key_events_total")
  const vault = counters("ludeng_vault_troubles_total")
  const settings = counters("ludeng_settings_changes_total")
  const dropped = counters("ludeng_audit_rows_dropped_total")

  const countTimes = ({ operation, provider: name }: OfOperation, times: CallTimes): void => {
    queue.of(name, operation).observe(times.queue)
    provider.of(name, operation).observe(times.provider)
    own.of(name, operation).observe(times.own)
    if (times.connect !== undefined) connect.of(name, operation).observe(times.connect)
    if (times.firstByte !== undefined) firstByte.of(name, operation).observe(times.firstByte)
  }

  const countCost = ({ operation, provider: name }: OfOperation, { usdMicros }: Cost): void => {
    if (usdMicros !== null && usdMicros > 0) cost.of(name, operation).count += usdMicros / 1_000_000
  }

  const countTokens = (name: Provider, { cachedInputTokens, inputTokens, outputTokens }: ModelUse): void => {
    if (inputTokens !== undefined) tokens.of(name, "input").count += inputTokens
    if (cachedInputTokens !== undefined) tokens.of(name, "cached").count += cachedInputTokens
    if (outputTokens !== undefined) tokens.of(name, "output").count += outputTokens
  }

  const countEnd = (event: EventOf<"CallSucceeded" | "CallFailed" | "CallInterrupted">): void => {
    duration.of(event.provider, event.operation, outcomes[event._tag]).observe(Duration.toMillis(event.elapsed))
    if (event.times !== undefined) countTimes(event, event.times)
    countCost(event, event.cost)
  }

  return (event) => {
    if (isKeyEvent(event)) {
      keys.of(event.scope, event._tag).count += 1
      return
    }
    switch (event._tag) {
      case "CallSucceeded":
        countEnd(event)
        if (event.use !== undefined) countTokens(event.provider, event.use)
        return
      case "CallFailed":
        return countEnd(event)
      case "CallInterrupted":
        interrupted.of(event.provider, event.operation, event.during).count += 1
        return countEnd(event)
      case "CallRejected":
        rejected.of(event.reason._tag).count += 1
        return
      case "CallEnded":
        ended.of(event.method, endings[event.end._tag], provenanceOf(event.end)).observe(event.sums.total)
        return
      case "DefectCaught":
        defects.of(event.provider, event.operation).count += 1
        return countCost(event, event.cost)
      case "WaitEnded":
        waitsEnded.of(event.reason._tag).count += 1
        return
      case "RetryScheduled":
        retryPauses.of(event.provider, event.operation).count += 1
        return
      case "CacheAnswered":
        cache.of(event.answer).count += 1
        return
      case "FellBack":
        fallbacks.of(event.to).count += 1
        return
      case "CircuitMoved":
        circuits.of(event.scope, event.operation, event.to).count += 1
        return
      case "RoomPaused":
        doorPauses.of(event.scope, event.operation).count += 1
        return
      case "ModeChanged":
        modes.of(event.to).count += 1
        return
      case "JobMoved":
        jobs.of(JobStateName.nameOf(event.from), JobStateName.nameOf(event.to)).count += 1
        if (event.cost !== undefined) countCost(submitted, event.cost)
        return
      case "VaultTrouble":
        vault.of("").count += 1
        return
      case "SettingsChanged":
      case "SettingsRefused":
        settings.of(event._tag).count += 1
        return
      case "AuditDropped":
        dropped.of(event.because).count += event.count
        return
      case "CallStarted":
      case "AttemptStarted":
      case "AttemptSucceeded":
      case "AttemptFailed":
      case "AttemptInterrupted":
      case "RetriedByHand":
    }
  }
}

/** What a job has cost is the cost of its submit. */
const submitted: OfOperation = { provider: "nanobanana", operation: "submit" }
