/**
 * Dead letters in memory; they end with the process.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { DeadLetter } from "../../schemas/DeadLetter.ts"
import { LetterId, type Owner } from "../../schemas/Identifiers.ts"
import type { LetterNotFound } from "../../schemas/LetterReason.ts"
import {
  DeadLetters,
  defaultLetterBounds,
  type LetterBounds,
  type LetterQuery
} from "../../src/dead-letter/DeadLetters.ts"
import { afterRetry, discarded, newLetter } from "../../src/dead-letter/LetterChanges.ts"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"

const letterNotFound: typeof LetterNotFound.Type = { _tag: "LetterNotFound" }

const isAsked = ({ failedAt, failure, state }: DeadLetter, query: LetterQuery): boolean =>
  (query.state === undefined || state._tag === query.state) &&
  (query.reason === undefined || failure.reason._tag === query.reason) &&
  (query.since === undefined || failedAt >= query.since)

/** The letters with other bounds. */
export const layerWith = (bounds: LetterBounds): Layer.Layer<DeadLetters, never, LiveSettings> =>
  Layer.effect(
    DeadLetters,
    Effect.gen(function* () {
      const settings = yield* LiveSettings
      /** In the order in which they came. */
      const letters = new Map<LetterId, DeadLetter>()
      const calls = new Set<string>()

      const namesOf = ({ callId, failure }: Pick<DeadLetter, "callId" | "failure">): ReadonlyArray<string> =>
        failure.jobId === undefined ? [callId] : [callId, failure.jobId]

      const forget = (letter: DeadLetter) => {
        letters.delete(letter.id)
        for (const name of namesOf(letter)) calls.delete(name)
      }

      const removeOld = (now: number) => {
        for (const letter of letters.values()) {
          if (letters.size <= bounds.maximumLetters && letter.failedAt > now - bounds.maximumAgeMillis) return
          forget(letter)
        }
      }

      const change = (id: LetterId, owner: Owner, to: (letter: DeadLetter) => DeadLetter) =>
        Effect.suspend(() => {
          const letter = letters.get(id)
          if (letter?.owner !== owner) return Effect.fail(letterNotFound)
          const changed = to(letter)
          letters.set(id, changed)
          for (const name of namesOf(changed)) calls.add(name)
          return Effect.succeed(changed)
        })

      return DeadLetters.of({
        keep: Effect.fnUntraced(function* (entry) {
          const id = LetterId.make(yield* makeIdentifier("letter"))
          const now = yield* Clock.currentTimeMillis
          const { settings: inForce } = yield* settings.current
          if (namesOf(entry).some((name) => calls.has(name))) return
          letters.set(id, newLetter(entry, id, inForce))
          for (const name of namesOf(entry)) calls.add(name)
          removeOld(now)
        }),
        get: (id, owner) => change(id, owner, (letter) => letter),
        list: (owner, query = {}) =>
          Effect.sync(() => {
            const own = [...letters.values()].filter((it) => it.owner === owner).toReversed()
            const from = query.before === undefined ? 0 : own.findIndex(({ id }) => id === query.before) + 1
            return own
              .slice(query.before !== undefined && from === 0 ? own.length : from)
              .filter((it) => isAsked(it, query))
              .slice(0, query.limit ?? 100)
          }),
        record: (id, owner, end) => change(id, owner, (letter) => afterRetry(letter, end)),
        discard: (id, owner) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) => change(id, owner, (letter) => discarded(letter, now)))
      })
    })
  )

/** The letters. */
export const layer: Layer.Layer<DeadLetters, never, LiveSettings> = layerWith(defaultLetterBounds)
