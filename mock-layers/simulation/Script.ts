/**
 * What the simulated providers are told to do: how fast they are, and what goes wrong how often. Plain data, validated
 * whole, so that it can be given in code, in the environment or over HTTP, and changed while they run.
 *
 * The meaning of each scenario and fault stands in `Faults.ts`.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Operation } from "../../schemas/Provider.ts"
import { Latencies, Latency, Transit } from "./Latency.ts"
import { RequestLimit } from "./RequestLimit.ts"

/** The named situations a provider can be in. */
export const Scenario = Schema.Literals([
  "healthy",
  "flaky",
  "rate-limited",
  "keep-alive-forever",
  "blank-200",
  "truncated-body",
  "slow-drip",
  "stuck-job",
  "job-fails",
  "content-blocked",
  "expired-url",
  "bad-json",
  "missing-fields",
  "stalled-stream",
  "malformed-chunk",
  "error-chunk",
  "missing-done",
  "missing-usage",
  "unauthorized",
  "no-balance",
  "down"
])
export type Scenario = typeof Scenario.Type

/** What can go wrong with one request. */
export const FaultKind = Schema.Literals([
  "rate-limited",
  "server-error",
  "unavailable",
  "unauthorized",
  "no-balance",
  "refused",
  "reset",
  "lost-answer",
  "silence",
  "keep-alive-forever",
  "blank-200",
  "truncated-body",
  "slow-drip",
  "bad-json",
  "missing-fields",
  "empty-content",
  "interrupted",
  "code-fence",
  "late-error",
  "stalled-stream",
  "malformed-chunk",
  "error-chunk",
  "missing-done",
  "missing-usage",
  "content-blocked",
  "job-fails",
  "stuck-job",
  "unknown-status",
  "expired-url",
  "expired-first-url",
  "not-an-image"
])
export type FaultKind = typeof FaultKind.Type

/** A share of all. **Units** 0 to 1. */
export const Ratio = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).annotate({
  expected: "a ratio from 0 to 1"
})

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({ expected: "a whole number from 0" })

/**
 * Something that goes wrong besides the scenario.
 *
 * **Units** `rate` is the share of the requests it applies to (default 1); of each operation the first `skip` requests
 * since the script began are spared (default 0), then at most `times` are counted (default all).
 */
export const FaultRule = Schema.Struct({
  fault: FaultKind,
  operation: Schema.optionalKey(Operation),
  rate: Schema.optionalKey(Ratio),
  skip: Schema.optionalKey(Count),
  times: Schema.optionalKey(Count)
})
export interface FaultRule extends Schema.Schema.Type<typeof FaultRule> {}

const withDefault = <S extends Schema.Top>(schema: S, encoded: S["Encoded"]) =>
  schema.pipe(Schema.withDecodingDefaultKey(Effect.succeed(encoded)))

/**
 * A script.
 *
 * **Details** `submitFaults` are the ways in which a submit fails at random, each as likely as the others. With
 * `rate-limited`, `unavailable` and `refused` each failed submit is surely not processed, so that it may be sent again.
 * `limits` are quotas that the providers enforce, before anything else goes wrong with a request that reaches them.
 * `latency` is the time at the provider; `transit` the time on the network, before a request is counted and after it was
 * processed.
 *
 * **Gotchas** Over TCP `refused` is a connection that is lost after the request was sent, which proves nothing: leave it
 * out there.
 *
 * **Units** `failureRate` is the share of all requests that fail in one of the ways of `flaky` (default 0.1 there, else
 * 0); `latency` one for all operations and jobs, or by operation; `retryAfter` is sent as that header with each 429 and
 * 503 (default none, as the providers send none); `imageUsdMicros` is charged per picture (default 20 000).
 */
export const Script = Schema.Struct({
  scenario: withDefault(Scenario, "healthy"),
  failureRate: Schema.optionalKey(Ratio),
  submitFaults: Schema.optionalKey(Schema.NonEmptyArray(FaultKind)),
  faults: withDefault(Schema.Array(FaultRule), []),
  limits: withDefault(Schema.Array(RequestLimit), []),
  latency: withDefault(Schema.Union([Latency, Latencies]), {}),
  transit: withDefault(Transit, {}),
  retryAfter: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[\x20-\x7e]{1,100}$/))),
  imageUsdMicros: withDefault(Count, 20_000)
})
export interface Script extends Schema.Schema.Type<typeof Script> {}

/** A script as it is written: every field optional. */
export type ScriptDocument = typeof Script.Encoded

/** A script, and the seed all chance is drawn from. **Units** `seed` a whole number, default 1. */
export const SimulationOptions = Schema.Struct({ seed: withDefault(Schema.Int, 1), ...Script.fields })
export interface SimulationOptions extends Schema.Schema.Type<typeof SimulationOptions> {}

/** Options as they are written: every field optional. */
export type SimulationDocument = typeof SimulationOptions.Encoded

/** The share of requests that fail at random. */
export const failureRateOf = (script: Script): number => script.failureRate ?? (script.scenario === "flaky" ? 0.1 : 0)
