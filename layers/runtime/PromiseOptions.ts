/**
 * The options of a call for whoever does not write Effect: strings, numbers, and an `AbortSignal`.
 */
import * as Duration from "effect/Duration"
import type { CallOptions } from "../../schemas/CallOptions.ts"
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
