/**
 * Dead letters in the ledger's database.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { DeadLetter, LetterRequest } from "../../schemas/DeadLetter.ts"
import { LetterId, type Owner } from "../../schemas/Identifiers.ts"
import type { LetterNotFound } from "../../schemas/LetterReason.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { DeadLetters, defaultLetterBounds, type LetterBounds } from "../../src/dead-letter/DeadLetters.ts"
import { afterRetry, discarded, newLetter } from "../../src/dead-letter/LetterChanges.ts"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { Sealer } from "../../src/vault/Sealer.ts"
import { orStorageFailed } from "../sql/SqlFailure.ts"

interface Row {
  readonly place: number
  readonly id: string
  readonly facts: string
  readonly sealed: string | null
}

const { request: _, ...factFields } = DeadLetter.fields
const Facts = Schema.fromJsonString(Schema.toCodecJson(Schema.Struct(factFields)))
const Request = Schema.fromJsonString(Schema.toCodecJson(LetterRequest))

const letterNotFound: typeof LetterNotFound.Type = { _tag: "LetterNotFound" }

const placeOf = (id: string): string => `letter:${id}`

/** The letters with other bounds. */
export const layerWith = (
  bounds: LetterBounds
): Layer.Layer<DeadLetters, never, SqlClient.SqlClient | Sealer | LiveSettings> =>
  Layer.effect(
    DeadLetters,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const sealer = yield* Sealer
      const settings = yield* LiveSettings

      /** What was asked for is absent where it can not be opened or read any more: the facts are worth showing. */
      const requestOf = ({ id, sealed }: Row) =>
        sealed === null
          ? Effect.succeedNone
          : Effect.flatMap(Effect.option(sealer.open(sealed, placeOf(id))), (text) =>
              Effect.succeed(Option.flatMap(text, Schema.decodeUnknownOption(Request)))
            )

      const letterOf = (row: Row): Effect.Effect<DeadLetter, typeof StorageFailed.Type> =>
        Effect.gen(function* () {
          const facts = Schema.decodeUnknownOption(Facts)(row.facts)
          if (Option.isNone(facts)) {
            const detail = `reading ${placeOf(row.id)}: it is not in a form of this program`
            return yield* Effect.fail({ _tag: "StorageFailed" as const, problem: "Corrupt" as const, detail })
          }
          const request = yield* requestOf(row)
          return Option.isSome(request) ? { ...facts.value, request: request.value } : facts.value
        })

      /** One row that can not be read keeps nobody from the others. */
      const readable = (rows: ReadonlyArray<Row>) =>
        Effect.map(
          Effect.forEach(rows, (row) =>
            Effect.catch(Effect.asSome(letterOf(row)), ({ detail }) =>
              Effect.as(
                Effect.annotateLogs(Effect.logError("a dead letter can not be read"), { detail }),
                Option.none<DeadLetter>()
              )
            )
          ),
          (letters) => letters.flatMap(Option.toArray)
        )

      const columnsOf = Effect.fnUntraced(function* ({ request, ...facts }: DeadLetter) {
        return {
          job_id: facts.failure.jobId ?? null,
          reason: facts.failure.reason._tag,
          state: facts.state._tag,
          facts: Schema.encodeSync(Facts)(facts),
          sealed:
            request === undefined ? null : yield* sealer.seal(Schema.encodeSync(Request)(request), placeOf(facts.id))
        }
      })

      const step = <A, E>(name: string, body: Effect.Effect<A, E>) =>
        sql.withTransaction(body).pipe(orStorageFailed(name), Effect.uninterruptible)

      const found = Effect.fnUntraced(function* (id: LetterId, owner: Owner) {
        const [row] = yield* sql<Row>`SELECT * FROM dead_letters WHERE id = ${id} AND owner = ${owner}`
        if (row === undefined) return yield* Effect.fail(letterNotFound)
        return { row, letter: yield* letterOf(row) }
      })

      const change = (
        name: string,
        id: LetterId,
        owner: Owner,
        to: (letter: DeadLetter) => DeadLetter,
        isForgetting = false
      ) =>
        step(
          name,
          Effect.gen(function* () {
            const { letter, row } = yield* found(id, owner)
            const changed = to(letter)
            const { sealed, ...columns } = yield* columnsOf(changed)
            // What can not be opened under this key is not overwritten: another key may open it.
            const kept = changed.request === undefined && !isForgetting ? row.sealed : sealed
            // A job that has a letter already keeps that one.
            const others = yield* sql`SELECT id FROM dead_letters WHERE job_id = ${columns.job_id} AND id <> ${id}`
            const job_id = others.length === 0 ? columns.job_id : null
            yield* sql`UPDATE dead_letters SET ${sql.update({ ...columns, job_id, sealed: kept })} WHERE id = ${id}`
            return changed
          })
        )

      const removeOld = Effect.fnUntraced(function* (now: number) {
        yield* sql`DELETE FROM dead_letters WHERE failed_at <= ${now - bounds.maximumAgeMillis}`
        yield* sql`
          DELETE FROM dead_letters WHERE place <= (
            SELECT place FROM dead_letters ORDER BY place DESC LIMIT 1 OFFSET ${bounds.maximumLetters})`
      })

      return DeadLetters.of({
        keep: Effect.fnUntraced(function* (entry) {
          const id = LetterId.make(yield* makeIdentifier("letter"))
          const now = yield* Clock.currentTimeMillis
          const letter = newLetter(entry, id, (yield* settings.current).settings)
          const columns = yield* columnsOf(letter)
          yield* step(
            "keeping a failed call",
            Effect.gen(function* () {
              const row = { id, call_id: entry.callId, owner: entry.owner, failed_at: entry.failedAt, ...columns }
              yield* sql`INSERT INTO dead_letters ${sql.insert(row)} ON CONFLICT DO NOTHING`
              yield* removeOld(now)
            })
          )
        }),
        get: (id, owner) =>
          Effect.map(orStorageFailed("reading a failed call")(found(id, owner)), ({ letter }) => letter),
        list: (owner, { before, limit = 100, reason, since, state } = {}) => {
          const asked = [
            sql`owner = ${owner}`,
            ...(state === undefined ? [] : [sql`state = ${state}`]),
            ...(reason === undefined ? [] : [sql`reason = ${reason}`]),
            ...(since === undefined ? [] : [sql`failed_at >= ${since}`]),
            ...(before === undefined ? [] : [sql`place < (SELECT place FROM dead_letters WHERE id = ${before})`])
          ]
          const rows = sql<Row>`SELECT * FROM dead_letters WHERE ${sql.and(asked)} ORDER BY place DESC LIMIT ${limit}`
          return Effect.flatMap(orStorageFailed("listing failed calls")(rows), readable)
        },
        record: (id, owner, end) => change("writing down a retry", id, owner, (letter) => afterRetry(letter, end)),
        discard: (id, owner) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            change("discarding a failed call", id, owner, (letter) => discarded(letter, now), true)
          )
      })
    })
  )

/** The letters. */
export const layer: Layer.Layer<DeadLetters, never, SqlClient.SqlClient | Sealer | LiveSettings> =
  layerWith(defaultLetterBounds)
