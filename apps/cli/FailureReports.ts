/**
 * Failed calls as the objects `--json` prints and as lines for a person. Pure.
 */
import * as Schema from "effect/Schema"
import { type DeadLetter, type LetterKind, LetterState } from "../../schemas/DeadLetter.ts"
import { UnprocessedReason } from "../../schemas/Job.ts"
import type { RetryQuote } from "../../src/dead-letter/ManualRetries.ts"
import type { PriceInterval } from "../../src/dead-letter/RetryRule.ts"
import { costText, dollarsText, plainText, secondsText } from "./Text.ts"

const encodeReason = Schema.encodeSync(Schema.toCodecJson(UnprocessedReason))
const encodeState = Schema.encodeSync(Schema.toCodecJson(LetterState))

/** A letter without what people wrote. **Units** instants in milliseconds since 1970, money in micro-dollars. */
export const letterJson = (letter: DeadLetter, now: number) => ({
  letterId: letter.id,
  callId: letter.callId,
  owner: letter.owner,
  kind: letter.kind,
  state: letter.state._tag,
  details: encodeState(letter.state),
  failedAt: letter.failedAt,
  ageMillis: Math.max(0, now - letter.failedAt),
  reason: letter.failure.reason._tag,
  outcome: letter.failure.outcome,
  attempts: letter.failure.attempts,
  retryable: letter.failure.isRetryable,
  jobId: letter.failure.jobId ?? null,
  providerJobId: letter.failure.providerJobId ?? null,
  costUsdMicros: letter.cost.usdMicros,
  retries: letter.retries
})

/** The same with its history and what was asked for, for whoever it belongs to. */
export const wholeLetterJson = (letter: DeadLetter, now: number) => ({
  ...letterJson(letter, now),
  failure: encodeReason(letter.failure.reason),
  stoppedBy: letter.failure.stoppedBy ?? null,
  providerRequestId: letter.failure.providerRequestId ?? null,
  history: letter.history,
  options: letter.options,
  request: letter.request?.request ?? null
})

/** A retry as it would be. **Units** micro-dollars. */
export const quoteJson = ({ letter, price, refusal }: RetryQuote, now: number) => ({
  ...letterJson(letter, now),
  lowestUsdMicros: price?.lowest.usdMicros ?? null,
  boundUsdMicros: price?.highest.usdMicros ?? null,
  refused: refusal?.problem ?? null
})

const kinds: Readonly<Record<LetterKind, string>> = {
  Enhancement: "prompt",
  Image: "image",
  Illustration: "illustration"
}

const columns = ["failure", "of", "state", "age", "reason", "outcome", "cost"] as const

/** Letters as a table. */
export const letterTableLines = (letters: ReadonlyArray<DeadLetter>, now: number): ReadonlyArray<string> =>
  letters.length === 0
    ? ["There are no failures."]
    : tableLines([
        columns,
        ...letters.map((letter) => [
          letter.id,
          kinds[letter.kind],
          letter.state._tag,
          secondsText(now - letter.failedAt),
          letter.failure.reason._tag,
          letter.failure.outcome,
          spentText(letter)
        ])
      ])

/** Retries as they would be, and what all of them come to. */
export const quoteTableLines = (quotes: ReadonlyArray<RetryQuote>): ReadonlyArray<string> =>
  quotes.length === 0
    ? ["There is nothing to retry."]
    : tableLines([
        ["failure", "of", "reason", "price"],
        ...quotes.map(({ letter, price, refusal }) => [
          letter.id,
          kinds[letter.kind],
          letter.failure.reason._tag,
          refusal === undefined ? priceText(price) : `refused: ${refusal.problem}`
        ])
      ])

const tableLines = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()
  )
}

/** The interval for people: `nothing to $0.001234`, `$0.04`. */
export const priceText = (price: PriceInterval | undefined): string => {
  const [lowest, highest] = [price?.lowest.usdMicros ?? null, price?.highest.usdMicros ?? null]
  if (highest === null) return "unknown"
  if (highest === 0) return "nothing"
  if (lowest === highest) return dollarsText(highest)
  return `${lowest === null || lowest === 0 ? "nothing" : dollarsText(lowest)} to ${dollarsText(highest)}`
}

const spentText = ({ cost }: DeadLetter): string =>
  cost.usdMicros === null ? "unknown" : cost.usdMicros === 0 ? "nothing" : costText(cost)

/** One letter with everything there is to know about it, and what can be done. */
export const letterLines = (letter: DeadLetter, now: number): ReadonlyArray<string> => {
  const { failure, history, id, request, retries, state } = letter
  return [
    row("failure", id),
    row("state", stateText(letter)),
    row("of", `${kinds[letter.kind]}, ${secondsText(now - letter.failedAt)} ago`),
    row("reason", `${failure.reason._tag}, outcome ${failure.outcome}`),
    ...(failure.stoppedBy === undefined ? [] : [row("stopped by", failure.stoppedBy)]),
    ...(request === undefined ? [] : [row("prompt", plainText(request.request.prompt ?? "(not kept)"))]),
    ...history.map(({ at, attempt, operation, outcome, reason }, index) =>
      row(
        index === 0 ? "attempts" : "",
        `${new Date(at).toISOString()}  ${operation} ${attempt}: ${reason}, ${outcome}`
      )
    ),
    ...retries.map(({ at, callId, reason }, index) =>
      row(index === 0 ? "retries" : "", `${new Date(at).toISOString()}  ${callId}: ${reason}`)
    ),
    row("cost", spentText(letter)),
    row("call", letter.callId),
    ...(failure.jobId === undefined ? [] : [row("job", failure.jobId)]),
    ...(state._tag === "Waiting" ? actionLines(letter) : [])
  ]
}

const stateText = ({ state }: DeadLetter): string => {
  switch (state._tag) {
    case "Waiting":
      return "waits for somebody to do something about it"
    case "Rescued":
      return `rescued by call ${state.callId}`
    case "Discarded":
      return "discarded: what was asked for is forgotten"
  }
}

const actionLines = ({ failure, id, request }: DeadLetter): ReadonlyArray<string> => {
  const prompt = request !== undefined && request.request.prompt === undefined ? ' --prompt "…"' : ""
  return [
    ...(failure.jobId === undefined ? [] : [`ludeng jobs show ${failure.jobId}`]),
    ...(request === undefined ? [] : [`ludeng failures retry ${id}${prompt}`]),
    `ludeng failures discard ${id}`
  ].map((line, index) => row(index === 0 ? "you can" : "", line))
}

const row = (name: string, value: string): string => `${name.padEnd(10)} ${value}`
