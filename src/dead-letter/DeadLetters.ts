/**
 * Keeps dead letters: one for each call that failed, and one for each job, however many calls waited for it. Layers:
 * memory, and the ledger's database.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { DeadLetter, FailedAttempt, FailedRetry, LetterFailure, LetterState } from "../../schemas/DeadLetter.ts"
import type { LetterId, Owner } from "../../schemas/Identifiers.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { LetterNotFound } from "../../schemas/LetterReason.ts"
import type { ReasonTag, StorageFailed } from "../../schemas/Reason.ts"

/** A letter to be kept: everything but what the store decides. */
export type NewLetter = Omit<DeadLetter, "id" | "kind" | "retries" | "state" | "request"> &
  Required<Pick<DeadLetter, "request">>

/**
 * Some of the letters, the newest first. **Units** `since` in milliseconds since 1970; `limit` 1 to 1000, default 100;
 * `before` the last letter of the page before.
 */
export interface LetterQuery {
  readonly state?: LetterState["_tag"]
  readonly reason?: ReasonTag
  readonly since?: number
  readonly limit?: number
  readonly before?: LetterId
}

/** What a retry by a person came to. */
export type RetryEnd =
  | { readonly _tag: "Rescued"; readonly state: Extract<LetterState, { readonly _tag: "Rescued" }> }
  | {
      readonly _tag: "FailedAgain"
      readonly retry: FailedRetry
      readonly failure: LetterFailure
      readonly history: ReadonlyArray<FailedAttempt>
      readonly cost: Cost
    }

/** Letters are kept so many, and so long, the oldest go first. **Units** `maximumAgeMillis` milliseconds. */
export interface LetterBounds {
  readonly maximumLetters: number
  readonly maximumAgeMillis: number
}

/** 10 000 letters, 90 days. */
export const defaultLetterBounds: LetterBounds = { maximumLetters: 10_000, maximumAgeMillis: 90 * 86_400_000 }

type Found<A> = Effect.Effect<A, typeof LetterNotFound.Type | typeof StorageFailed.Type>

/**
 * The service.
 *
 * **Errors** `StorageFailed` where the store can not be read or written; `LetterNotFound` also for another owner's letter.
 */
export class DeadLetters extends Context.Service<
  DeadLetters,
  {
    /** Keeps a letter; does nothing where its call, or its job, has one already. */
    readonly keep: (letter: NewLetter) => Effect.Effect<void, typeof StorageFailed.Type>
    readonly get: (id: LetterId, owner: Owner) => Found<DeadLetter>
    readonly list: (
      owner: Owner,
      query?: LetterQuery
    ) => Effect.Effect<ReadonlyArray<DeadLetter>, typeof StorageFailed.Type>
    /** Writes down what a retry came to; a letter that no longer waits stays as it is. */
    readonly record: (id: LetterId, owner: Owner, end: RetryEnd) => Found<DeadLetter>
    /** Forgets what was asked for; the facts stay until they are too old. One that was rescued stays rescued. */
    readonly discard: (id: LetterId, owner: Owner) => Found<DeadLetter>
  }
>()("@ludeng/providers/dead-letter/DeadLetters") {}
