/**
 * One request of an image protocol: sends JSON, collects the answer, has it read. The only place where the nanobanana
 * protocols touch the transport.
 */
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import type { NanoBananaSettings } from "../../../schemas/Settings.ts"
import type { Attempt } from "../../pipeline/Attempt.ts"
import type { Answer, ExchangeRequest, Transport } from "../../transport/Transport.ts"
import { failedExchange } from "../FailedExchange.ts"
import type { AnswerContext } from "./AnswerContext.ts"

/** What a protocol sends through. */
export type Exchanges = Pick<Context.Service.Shape<typeof Transport>, "exchange">

/** The longest answer that is read. **Units** bytes, 4 MiB. */
export const longestAnswerBytes = 4 * 1024 * 1024

/** A question and how its answer is read. **Details** `path` is below the base URL and begins with a slash. */
export interface Question<A> {
  readonly operation: AnswerContext["operation"]
  readonly method: ExchangeRequest["method"]
  readonly path: string
  readonly body?: unknown
  readonly secrets: AnswerContext["secrets"]
  readonly read: (answer: Answer, context: AnswerContext) => Result.Result<A, AttemptFailed>
}

/**
 * Asks once.
 *
 * **Errors** `AttemptFailed`: the exchange broke (`NotSent` or `Unknown`), or `read` refused the answer.
 */
export const ask = <A>(
  transport: Exchanges,
  question: Question<A>,
  settings: NanoBananaSettings,
  attempt: Attempt
): Effect.Effect<A, AttemptFailed> =>
  Effect.gen(function* () {
    const { operation, secrets } = question
    const request = requestOf(question, settings, attempt)
    const answer = yield* Effect.mapError(transport.exchange(request), (error) => {
      attempt.observer?.onExchanged?.(request.body, undefined)
      return failedExchange("nanobanana", operation, operation === "submit" ? "paidSubmit" : "free", error)
    })
    attempt.observer?.onExchanged?.(request.body, answer)
    const nowMillis = yield* Clock.currentTimeMillis
    return yield* Effect.fromResult(question.read(answer, { operation, nowMillis, secrets }))
  })

const requestOf = <A>(question: Question<A>, settings: NanoBananaSettings, attempt: Attempt): ExchangeRequest => {
  const url = `${settings.baseURL.replace(/\/+$/, "")}${question.path}`
  return {
    provider: "nanobanana",
    operation: question.operation,
    method: question.method,
    url,
    timeout: attempt.timeout,
    maximumBytes: longestAnswerBytes,
    ...(question.body === undefined ? {} : { body: JSON.stringify(question.body) }),
    ...(attempt.key === undefined
      ? {}
      : { credential: { origin: new URL(settings.baseURL).origin, scheme: "Bearer", key: attempt.key } }),
    ...(attempt.observer === undefined ? {} : { observer: attempt.observer })
  }
}
