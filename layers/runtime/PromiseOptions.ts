/**
 * The options of a call for whoever does not write Effect: strings, numbers, and an `AbortSignal`.
 */
import * as Duration from "effect/Duration"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import { Rejection } from "../../schemas/Failures.ts"
import type { EnhancementOptions } from "../../src/enhancement/PromptEnhancer.ts"

/** Stops a call. */
export interface AbortOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * `CallOptions` in plain types.
 *
 * **Units** `deadlineMillis` is the time allowed for the whole call, 1 to 86 400 000 ms; its default is the provider's
 * `timeout` setting. `idempotencyKey` 1 to 200 characters, `owner` 1 to 100. What can not be used is an `InputRejected`.
 */
export interface PromiseOptions extends AbortOptions, Omit<CallOptions, "deadline" | "idempotencyKey" | "owner"> {
  readonly deadlineMillis?: number
  readonly idempotencyKey?: string
  readonly owner?: string
}

/** **Units** `maximumCharacters` as in `EnhancementOptions`. */
export interface PromiseEnhancementOptions extends PromiseOptions, Pick<EnhancementOptions, "maximumCharacters"> {}

/** The options as the services take them. Who names things, and how long, is checked there. */
export const callOptionsOf = ({
  deadlineMillis,
  signal: _signal,
  ...options
}: PromiseEnhancementOptions): EnhancementOptions =>
  ({
    ...options,
    ...(deadlineMillis === undefined ? {} : { deadline: durationOf(deadlineMillis) })
  }) as EnhancementOptions

/** What is no number of milliseconds is left as it is, to be refused by name. */
const durationOf = (millis: unknown): unknown =>
  typeof millis === "number" && Number.isFinite(millis) && millis > 0 ? Duration.millis(millis) : millis

/** A refusal of an option names it as the caller wrote it. */
export const inPromiseWords = <E>(failure: E): E | Rejection => {
  if (!(failure instanceof Rejection) || failure.reason._tag !== "InputRejected") return failure
  const { others, ...first } = failure.reason
  if (![first, ...(others ?? [])].some((it) => it.field === "options.deadline")) return failure
  const reason = { ...first, ...renamed(first), ...(others === undefined ? {} : { others: others.map(renamed) }) }
  return new Rejection({ ...failure, reason })
}

const renamed = <P extends { readonly field: string; readonly expected: string }>(problem: P): P =>
  problem.field === "options.deadline"
    ? { ...problem, field: "options.deadlineMillis", expected: "a number of milliseconds from 1 to 86400000" }
    : problem
