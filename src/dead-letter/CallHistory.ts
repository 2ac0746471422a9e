/**
 * The failed attempts of a call and of everything nested in it, for the case that it fails as a whole. A call that goes
 * well pays one empty object for it.
 */
import type { FailedAttempt } from "../../schemas/DeadLetter.ts"
import type { AttemptFailed } from "../../schemas/Failures.ts"

/** Attempts that are remembered: the last ones. */
export const rememberedAttempts = 50

/** The history, in the order of the ends. */
export class CallHistory {
  #attempts: Array<FailedAttempt> | undefined

  /** **Units** `attempt` from 1; `at` in milliseconds since 1970. */
  add(attempt: number, { operation, outcome, provider, reason, status }: AttemptFailed, at: number): void {
    const facts = { at, provider, operation, attempt, reason: reason._tag, outcome }
    this.#attempts ??= []
    this.#attempts.push(status === undefined ? facts : { ...facts, status })
    if (this.#attempts.length > rememberedAttempts) this.#attempts.shift()
  }

  get attempts(): ReadonlyArray<FailedAttempt> {
    return this.#attempts ?? []
  }
}
