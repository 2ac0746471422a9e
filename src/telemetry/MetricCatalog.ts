/**
 * Every metric that is made of events or read at the doors: name, kind, labels and what it says. Names follow the rules of
 * Prometheus: base units, `_total` for what only grows. Every label is one of a closed list, so that no prompt, key, job,
 * owner or address adds a series.
 */

/** A label, and where its values come from. */
export const labelNames = [
  "answer",
  "because",
  "during",
  "event",
  "from",
  "kind",
  "method",
  "operation",
  "outcome",
  "provenance",
  "provider",
  "reason",
  "scope",
  "state",
  "tier",
  "to"
] as const
/** One of them. */
export type LabelName = (typeof labelNames)[number]

/** What a metric is. */
export interface MetricEntry {
  readonly kind: "counter" | "gauge" | "histogram"
  readonly labels: ReadonlyArray<LabelName>
  readonly description: string
}

const ofOperation = ["provider", "operation"] as const
const ofDoor = ["scope", "operation"] as const
const ofTier = ["scope", "operation", "tier"] as const

/** The metrics by name. **Units** seconds and dollars. */
export const metricCatalog = {
  ludeng_call_duration_seconds: {
    kind: "histogram",
    labels: ["provider", "operation", "outcome"],
    description: "Time of a request from its first wait to its end; outcome success, failure or interrupted"
  },
  ludeng_service_call_duration_seconds: {
    kind: "histogram",
    labels: ["method", "outcome", "provenance"],
    description:
      "Time that a caller waited for enhance, generate …, whatever number of requests it took; outcome success, failure, refused, interrupted or defect"
  },
  ludeng_queue_wait_seconds: {
    kind: "histogram",
    labels: ofOperation,
    description: "Time that a call waited for its turn at doors, all attempts together"
  },
  ludeng_provider_duration_seconds: {
    kind: "histogram",
    labels: ofOperation,
    description: "Time in which the provider was asked, all attempts together"
  },
  ludeng_connect_duration_seconds: {
    kind: "histogram",
    labels: ofOperation,
    description: "Time in which connections were made, of calls that made one"
  },
  ludeng_first_byte_seconds: {
    kind: "histogram",
    labels: ofOperation,
    description: "Time from sending a request to the first byte of its answer"
  },
  ludeng_own_overhead_seconds: {
    kind: "histogram",
    labels: ofOperation,
    description: "What the library itself took of a call: total less queue, provider and pauses"
  },
  ludeng_calls_rejected_total: {
    kind: "counter",
    labels: ["reason"],
    description: "Calls that were refused before anything was sent"
  },
  ludeng_waits_ended_total: {
    kind: "counter",
    labels: ["reason"],
    description: "Calls that waited for a job, or for an equal call, and ended without a result"
  },
  ludeng_calls_interrupted_total: {
    kind: "counter",
    labels: ["provider", "operation", "during"],
    description: "Calls whose caller has gone"
  },
  ludeng_defects_total: { kind: "counter", labels: ofOperation, description: "Calls that ended by a defect" },
  ludeng_retry_pauses_total: {
    kind: "counter",
    labels: ofOperation,
    description: "Pauses before a request was sent again"
  },
  ludeng_cache_answers_total: {
    kind: "counter",
    labels: ["answer"],
    description: "What the cache of enhancements said"
  },
  ludeng_fallbacks_total: {
    kind: "counter",
    labels: ["to"],
    description: "Results in whose place something else stood"
  },
  ludeng_cost_usd_total: {
    kind: "counter",
    labels: ofOperation,
    description: "Dollars that calls and settled jobs have cost, as far as prices are known"
  },
  ludeng_tokens_total: {
    kind: "counter",
    labels: ["provider", "kind"],
    description: "Tokens used; cached ones are counted as input too"
  },
  ludeng_circuit_state: {
    kind: "gauge",
    labels: ["scope", "operation", "state"],
    description: "1 for the state that a circuit is in, else 0"
  },
  ludeng_circuit_transitions_total: {
    kind: "counter",
    labels: ["scope", "operation", "to"],
    description: "Changes of a circuit's state"
  },
  ludeng_limiter_used: {
    kind: "gauge",
    labels: ofTier,
    description: "Permits of a tier in its window or in flight; tiers are counted from 1, shortest window as configured"
  },
  ludeng_limiter_limit: { kind: "gauge", labels: ofTier, description: "Permits that a tier allows in its window" },
  ludeng_limiter_window_seconds: { kind: "gauge", labels: ofTier, description: "Length of a tier's window" },
  ludeng_queue_depth: { kind: "gauge", labels: ofDoor, description: "Callers that wait at a door" },
  ludeng_requests_in_flight: { kind: "gauge", labels: ofDoor, description: "Requests let in that have not ended" },
  ludeng_slots_in_use: { kind: "gauge", labels: ["scope"], description: "Slots of an account in use" },
  ludeng_slots_limit: { kind: "gauge", labels: ["scope"], description: "Slots that an account has now" },
  ludeng_door_pauses_total: {
    kind: "counter",
    labels: ofDoor,
    description: "Pauses that a provider asked for"
  },
  ludeng_mode_changes_total: { kind: "counter", labels: ["to"], description: "Changes of the degraded mode" },
  ludeng_job_transitions_total: { kind: "counter", labels: ["from", "to"], description: "Moves of image jobs" },
  ludeng_key_events_total: { kind: "counter", labels: ["scope", "event"], description: "What became of keys" },
  ludeng_vault_troubles_total: {
    kind: "counter",
    labels: [],
    description: "Times the vault could not be read or written"
  },
  ludeng_settings_changes_total: { kind: "counter", labels: ["event"], description: "Settings changed or refused" },
  ludeng_audit_rows_dropped_total: {
    kind: "counter",
    labels: ["because"],
    description: "Rows that the audit has lost"
  }
} as const satisfies Readonly<Record<string, MetricEntry>>

/** The name of a metric. */
export type MetricName = keyof typeof metricCatalog

/** The upper bounds of the buckets of every histogram: from half a millisecond to ten minutes. **Units** seconds. */
export const bucketSeconds: ReadonlyArray<number> = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600
]
