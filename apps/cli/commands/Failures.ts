/**
 * `ludeng failures …`: the calls that failed, and what a person can do about them.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { LetterState } from "../../../schemas/DeadLetter.ts"
import { LetterId } from "../../../schemas/Identifiers.ts"
import { reasonTags } from "../../../schemas/Reason.ts"
import { callFlags, dryRun, given, imageFlags } from "../Flags.ts"
import { UsageFailed } from "../Outcome.ts"
import { sinceOf } from "../SinceText.ts"

const { json, owner } = callFlags

const load = Effect.promise(() => import("../FailureCommands.ts"))

const id = Argument.String("id").pipe(
  Argument.withDescription("The failure's id, as `ludeng failures list` shows it"),
  Argument.filterMap(Schema.decodeOption(LetterId), () => "the id of a failure")
)

const reason = Flag.Literals("reason", reasonTags).pipe(
  Flag.withDescription("Only failures of this reason, as in ServerFailed"),
  Flag.optional
)

const since = Flag.String("since").pipe(
  Flag.withDescription("Only failures since then: so long ago as in 2h or 7d, or a date as in 2026-11-24"),
  Flag.filterMap(sinceOf, () => "a time such as 30m, 2h, 7d, or a date such as 2026-11-24"),
  Flag.optional
)

const states = { waiting: "Waiting", rescued: "Rescued", discarded: "Discarded" } as const satisfies Record<
  string,
  (typeof LetterState.Type)["_tag"]
>

const list = Command.make(
  "list",
  {
    state: Flag.Literals("state", ["waiting", "rescued", "discarded"]).pipe(
      Flag.withDescription("Only failures in this state"),
      Flag.optional
    ),
    reason,
    since,
    limit: Flag.Int("limit").pipe(
      Flag.filter(
        (limit) => limit >= 1 && limit <= 1_000,
        () => "a whole number from 1 to 1000"
      ),
      Flag.withDescription("How many, 1 to 1000 (default 100)"),
      Flag.optional
    ),
    before: Flag.String("before").pipe(
      Flag.withDescription("The last failure of the page before"),
      Flag.filterMap(Schema.decodeOption(LetterId), () => "the id of a failure"),
      Flag.optional
    ),
    owner,
    json
  },
  Effect.fnUntraced(function* ({ before, limit, owner: of, reason: by, since: from, state }) {
    const { listFailures } = yield* load
    const named = Option.map(state, (it) => states[it])
    yield* listFailures(given({ before, limit, owner: of, reason: by, since: from, state: named }))
  })
).pipe(Command.withDescription("The failures, the newest first"))

const show = Command.make(
  "show",
  { id, owner, json },
  Effect.fnUntraced(function* ({ id: letter, owner: of }) {
    const { showFailure } = yield* load
    yield* showFailure(letter, Option.getOrUndefined(of))
  })
).pipe(Command.withDescription("One failure: what was asked for, every attempt, what it cost, and what can be done"))

const retry = Command.make(
  "retry",
  {
    id: Argument.optional(id),
    reason,
    since,
    prompt: Flag.String("prompt").pipe(Flag.withDescription("The prompt, where it was not kept"), Flag.optional),
    force: Flag.Boolean("force").pipe(
      Flag.withDescription("Pay again, also where nobody knows whether it was paid already; with --confirm-price"),
      Flag.withDefault(false),
      Flag.withoutNegation
    ),
    confirmPrice: Flag.Finite("confirm-price").pipe(
      Flag.filter(
        (dollars) => dollars >= 0,
        () => "dollars from 0"
      ),
      Flag.withDescription("The most it may cost, in dollars, with --force"),
      Flag.optional
    ),
    out: imageFlags.out,
    dryRun,
    owner,
    json
  },
  Effect.fnUntraced(function* ({
    confirmPrice,
    dryRun: isDry,
    force,
    id: letter,
    out,
    owner: of,
    prompt,
    reason: by,
    since: from
  }) {
    const isOne = Option.isSome(letter)
    if (isOne === (Option.isSome(by) || Option.isSome(from))) {
      return yield* new UsageFailed({ message: "retry takes the id of a failure, or --reason or --since or both" })
    }
    if (!isOne && (force || Option.isSome(prompt) || Option.isSome(confirmPrice))) {
      return yield* new UsageFailed({ message: "--force, --confirm-price and --prompt are for one failure, by its id" })
    }
    const { retryFailure, retryFailures } = yield* load
    if (!isOne) return yield* retryFailures(given({ reason: by, since: from, owner: of }), isDry)
    const confirmedUsdMicros = Option.map(confirmPrice, (dollars) => Math.round(dollars * 1_000_000))
    const word = { ...given({ owner: of, prompt, confirmedUsdMicros }), ...(force ? { force } : {}) }
    yield* retryFailure(letter.value, word, isDry, Option.getOrUndefined(out))
  })
).pipe(
  Command.withDescription("Make a failed call again, through the same limits and budgets; the price is shown first"),
  Command.withExamples([
    { command: "ludeng failures retry letter_tp06t92l_4j2pmo6rvehh" },
    { command: "ludeng failures retry --reason ServerFailed --since 2h --dry-run" }
  ])
)

const discard = Command.make(
  "discard",
  { id, owner, json },
  Effect.fnUntraced(function* ({ id: letter, owner: of }) {
    const { discardFailure } = yield* load
    yield* discardFailure(letter, Option.getOrUndefined(of))
  })
).pipe(Command.withDescription("Forget what a failed call asked for; that it failed stays written down"))

/** The command. */
export const failures = Command.make("failures").pipe(
  Command.withDescription("The calls that failed, and their retry by hand"),
  Command.withSubcommands([list, show, retry, discard])
)
