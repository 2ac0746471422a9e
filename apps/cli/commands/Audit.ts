/**
 * `ludeng audit …`: what became of each call, attempt and key; why; and whether anybody has changed it since.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { durationOf } from "../DurationText.ts"
import { callFlags, given } from "../Flags.ts"

const { json, owner } = callFlags

const load = Effect.promise(() => import("../AuditCommand.ts"))

const sinceOf = (text: string): Option.Option<{ readonly at: number } | { readonly ageMillis: number }> => {
  const age = durationOf(text)
  if (Option.isSome(age)) return Option.some({ ageMillis: Duration.toMillis(age.value) })
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? Option.none() : Option.some({ at })
}

const placeOf = (text: string): Option.Option<{ readonly sequence: number; readonly link: string }> => {
  const match = /^(\d{1,15}):([\w-]{43})$/.exec(text)
  return match === null ? Option.none() : Option.some({ sequence: Number(match[1]), link: match[2] ?? "" })
}

const list = Command.make(
  "list",
  {
    callId: Flag.String("call").pipe(Flag.withDescription("The rows of this call, in order"), Flag.optional),
    kind: Flag.String("kind").pipe(Flag.withDescription("Rows of this kind, as in AttemptFailed"), Flag.optional),
    since: Flag.String("since").pipe(
      Flag.filterMap(sinceOf, () => "a time such as 2026-11-23 or 2026-11-23T10:00Z, or an age up to 24h such as 2h"),
      Flag.withDescription("Rows since then: a time (UTC), or an age such as 2h"),
      Flag.optional
    ),
    before: Flag.Int("before").pipe(Flag.withDescription("Rows before this one"), Flag.optional),
    limit: Flag.Int("limit").pipe(
      Flag.filter(
        (count) => count >= 1 && count <= 10_000,
        () => "a whole number from 1 to 10000"
      ),
      Flag.withDescription("How many, 1 to 10000 (default 50)"),
      Flag.optional
    ),
    owner,
    json
  },
  Effect.fnUntraced(function* ({ before, callId, kind, limit, owner: of, since }) {
    const { listAudit } = yield* load
    yield* listAudit(given({ callId, kind, since, before, limit, owner: of }))
  })
).pipe(Command.withDescription("The rows, the newest first"))

const show = Command.make(
  "show",
  {
    row: Argument.Int("row").pipe(Argument.withDescription("The row's number, as `ludeng audit list` shows it")),
    json
  },
  Effect.fnUntraced(function* ({ row }) {
    const { showAudit } = yield* load
    yield* showAudit(row)
  })
).pipe(Command.withDescription("One row, with its request and answer opened: they hold what people wrote"))

const verify = Command.make(
  "verify",
  {
    noted: Flag.String("noted").pipe(
      Flag.filterMap(placeOf, () => "an end as `ludeng audit verify` prints it, NUMBER:LINK"),
      Flag.withDescription("An end that was noted elsewhere, and must still be in the chain"),
      Flag.optional
    ),
    json
  },
  Effect.fnUntraced(function* ({ noted }) {
    const { verifyAudit } = yield* load
    yield* verifyAudit(Option.getOrUndefined(noted))
  })
).pipe(Command.withDescription("Whether a row was edited, taken out, moved or added since it was written, and which"))

const explain = Command.make(
  "explain",
  {
    call: Argument.String("call").pipe(
      Argument.withDescription("The call's id, as every result and error tells it; without it, the newest call"),
      Argument.optional
    ),
    json
  },
  Effect.fnUntraced(function* ({ call }) {
    const { explainAudit } = yield* load
    yield* explainAudit(Option.getOrUndefined(call))
  })
).pipe(Command.withDescription("The decisions of a call in order: cache, waits, key, each attempt, fallbacks, cost"))

/** The command. */
export const audit = Command.make("audit").pipe(
  Command.withDescription("What became of each call and key, why, and whether it was changed since"),
  Command.withSubcommands([list, show, verify, explain])
)
