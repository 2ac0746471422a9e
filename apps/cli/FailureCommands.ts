/**
 * What the commands `ludeng failures …` do. The heavy part, loaded only by them.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { DeadLetter } from "../../schemas/DeadLetter.ts"
import { CallId, defaultOwner, type LetterId, type Owner } from "../../schemas/Identifiers.ts"
import type { Provider } from "../../schemas/Provider.ts"
import type { ReasonTag } from "../../schemas/Reason.ts"
import { DeadLetters, type LetterQuery } from "../../src/dead-letter/DeadLetters.ts"
import {
  ManualRetries,
  type ManualRetryOptions,
  type RetryQuote,
  type RetryResult
} from "../../src/dead-letter/ManualRetries.ts"
import { reject } from "../../src/pipeline/Reject.ts"
import { runCall, runOver } from "./Call.ts"
import {
  letterJson,
  letterLines,
  letterTableLines,
  priceText,
  quoteJson,
  quoteTableLines,
  wholeLetterJson
} from "./FailureReports.ts"
import { messageOf } from "./Outcome.ts"
import { enhancementResult, illustrationResult, imageResult, type ResultReport } from "./Results.ts"
import { Session } from "./Session.ts"
import { instantOf, type Since } from "./SinceText.ts"
import { spin } from "./Spinner.ts"

/** Which providers a retry needs is known when its letter is read: a missing key refuses the call itself. */
const nobody: ReadonlyArray<Provider> = []

/** Whoever looks at letters makes no call of his own. */
const noCall = CallId.make("none")

/** As many as are listed at once. */
const pageSize = 1_000

const print = Effect.fnUntraced(function* (json: object, lines: ReadonlyArray<string>) {
  const run = yield* Session
  run.screen.result(run.isJson ? JSON.stringify(json) : lines.join("\n"))
})

const inLetters = <A, E extends Parameters<typeof reject>[0]>(
  use: (letters: DeadLetters["Service"]) => Effect.Effect<A, E>
) => Effect.mapError(DeadLetters.use(use), (reason) => reject(reason, noCall))

/** Which letters: `since` as it was typed. */
export interface FailureQuery extends Omit<LetterQuery, "since"> {
  readonly since?: Since
  readonly owner?: Owner
}

const lettersOf = ({ owner = defaultOwner, since, ...query }: FailureQuery) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    inLetters((it) => it.list(owner, since === undefined ? query : { ...query, since: instantOf(since, now) }))
  )

/** `failures list`. */
export const listFailures = (query: FailureQuery) =>
  runOver(
    { needed: nobody },
    Effect.gen(function* () {
      const letters = yield* lettersOf(query)
      const now = yield* Clock.currentTimeMillis
      yield* print({ failures: letters.map((it) => letterJson(it, now)) }, letterTableLines(letters, now))
    })
  )

const printLetter = (letter: DeadLetter) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => print(wholeLetterJson(letter, now), letterLines(letter, now)))

/** `failures show ID`. */
export const showFailure = (id: LetterId, owner: Owner = defaultOwner) =>
  runOver(
    { needed: nobody },
    Effect.flatMap(
      inLetters((it) => it.get(id, owner)),
      printLetter
    )
  )

/** `failures discard ID`. */
export const discardFailure = (id: LetterId, owner: Owner = defaultOwner) =>
  runOver(
    { needed: nobody },
    Effect.flatMap(
      inLetters((it) => it.discard(id, owner)),
      printLetter
    )
  )

const quoteLines = (quote: RetryQuote): ReadonlyArray<string> => [
  ...quoteTableLines([quote]),
  "dry run: nothing is sent, nothing is spent"
]

/** `failures retry ID`. */
export const retryFailure = (
  id: LetterId,
  options: ManualRetryOptions,
  isDry: boolean,
  directory: string | undefined
) =>
  isDry
    ? runOver(
        { needed: nobody },
        Effect.gen(function* () {
          const quote = yield* ManualRetries.use((it) => it.quote(id, options))
          yield* print({ dryRun: true, ...quoteJson(quote, yield* Clock.currentTimeMillis) }, quoteLines(quote))
        })
      )
    : runCall({
        needed: nobody,
        ...(directory === undefined ? {} : { directory }),
        call: Effect.gen(function* () {
          const run = yield* Session
          const retries = yield* ManualRetries
          const { price } = yield* retries.quote(id, options)
          run.screen.line(`${id}: price ${priceText(price)}`)
          return yield* retries.retry(id, options)
        }),
        report: reportOf
      })

const reportOf = (retried: RetryResult, elapsedMillis: number): ResultReport => {
  const prompt = retried.letter.request?.request.prompt ?? ""
  const report =
    retried._tag === "Enhancement"
      ? enhancementResult(prompt, retried.result, elapsedMillis)
      : retried._tag === "Image"
        ? imageResult(prompt, retried.result, elapsedMillis)
        : illustrationResult(retried.result)
  const { callId, id } = retried.letter
  return {
    ...report,
    json: { ...report.json, letterId: id, retryOf: callId },
    lines: [...report.lines, `${"retry of".padEnd(9)} ${callId}`]
  }
}

/**
 * `failures retry --reason X --since T`: the newest thousand that wait, one after the other, the oldest of them first, each
 * through the same limits as any call.
 */
export const retryFailures = (query: FailureQuery & { readonly reason?: ReasonTag }, isDry: boolean) =>
  runOver(
    { needed: nobody },
    Effect.gen(function* () {
      const run = yield* Session
      const retries = yield* ManualRetries
      const owner = query.owner ?? defaultOwner
      const letters = yield* lettersOf({ ...query, state: "Waiting", limit: pageSize })
      const quotes = yield* Effect.forEach(letters.toReversed(), ({ id }) => retries.quote(id, { owner }))
      const now = yield* Clock.currentTimeMillis
      if (isDry) {
        return yield* print({ dryRun: true, retries: quotes.map((it) => quoteJson(it, now)) }, quoteTableLines(quotes))
      }
      for (const line of quoteTableLines(quotes)) run.screen.line(line)
      const retried = yield* Effect.raceFirst(
        Effect.forEach(quotes, ({ letter, refusal }) =>
          refusal === undefined
            ? Effect.map(Effect.result(retries.retry(letter.id, { owner })), (result) =>
                result._tag === "Success"
                  ? { id: letter.id, end: "rescued", problem: null }
                  : { id: letter.id, end: "failed", problem: messageOf(result.failure) }
              )
            : Effect.succeed({ id: letter.id, end: "refused", problem: refusal.problem })
        ),
        spin(run)
      )
      const counted = (end: string) => retried.filter((it) => it.end === end).length
      const counts = { rescued: counted("rescued"), failed: counted("failed"), refused: counted("refused") }
      yield* print({ retries: retried, ...counts }, [
        ...(letters.length < pageSize ? [] : [`the newest ${pageSize} of them; run it again for more`]),
        ...retried.map(({ end, id, problem }) => `${id}  ${end}${problem === null ? "" : `: ${problem}`}`),
        `${counts.rescued} rescued, ${counts.failed} failed again, ${counts.refused} refused`
      ])
      if (counts.failed > 0) run.exitCode = 3
      else if (counts.refused > 0 && counts.rescued === 0) run.exitCode = 4
    })
  )
