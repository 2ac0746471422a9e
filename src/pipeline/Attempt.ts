/**
 * What one attempt is given by the pipeline: its number, its time, the key, and what the last attempt failed of.
 *
 * Endpoint methods (`DeepSeek.chat`, `ImageProtocol.submit`, …) take it as their last argument, so that they need no
 * policy and can be called alone.
 */
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import type { AttemptFailed } from "../../schemas/Failures.ts"
import type { ExchangeObserver } from "../transport/Transport.ts"

/** The frame of one attempt. **Units** `number` counts from 1. */
export interface Attempt {
  readonly number: number
  /** What is left for the whole request: the attempt timeout, or the deadline if that is nearer. */
  readonly timeout: Duration.Duration
  /** Absent for a request that carries no key. */
  readonly key?: Redacted.Redacted<string>
  readonly observer?: ExchangeObserver
  /** Why the attempt before failed; a corrected request quotes it. */
  readonly previous?: AttemptFailed
}
