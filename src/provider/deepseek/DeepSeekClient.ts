/**
 * DeepSeek over any `Transport`: builds the request, sends it once, and hands the answer to `classifyAnswer`.
 *
 * **Gotchas** `timeout` of the attempt covers the whole body, because DeepSeek answers 200 at once and then sends blank
 * lines for as long as the request waits.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import type { Operation, Payment } from "../../../schemas/Provider.ts"
import type { DeepSeekSettings } from "../../../schemas/Settings.ts"
import { DeepSeekBalance, DeepSeekModels } from "../../../schemas/wire/DeepSeekAccount.ts"
import type { Attempt } from "../../pipeline/Attempt.ts"
import { bearerOf } from "../../transport/Bearer.ts"
import { type ExchangeRequest, Transport } from "../../transport/Transport.ts"
import type { TransportFailed } from "../../transport/TransportFailed.ts"
import { failedExchange } from "../FailedExchange.ts"
import { requestIdOf } from "../RequestId.ts"
import { chatBody } from "./ChatBody.ts"
import { type AnswerContext, classifyAnswer, type ReadAnswer, readWith } from "./ClassifyAnswer.ts"
import type { ChatRequest, DeepSeek } from "./DeepSeek.ts"
import { privateTextsOf } from "./PrivateTexts.ts"
import { readChat } from "./ReadChat.ts"
import { readStream } from "./StreamAnswer.ts"

const maximumAnswerBytes = 4 * 1024 * 1024

interface Endpoint {
  readonly operation: Operation
  readonly payment: Payment
  readonly method: "GET" | "POST"
  readonly path: string
  readonly body?: string
  /** The texts of the body that no error may show. */
  readonly privateTexts: () => ReadonlyArray<string>
}

const free = { operation: "probe", payment: "free", method: "GET", privateTexts: () => [] } as const
const modelsEndpoint: Endpoint = { ...free, path: "/models" }
const balanceEndpoint: Endpoint = { ...free, path: "/user/balance" }

const chatEndpoint = (request: ChatRequest): Endpoint => ({
  operation: "chat",
  payment: "metered",
  method: "POST",
  path: "/chat/completions",
  body: chatBody(request),
  privateTexts: () => request.messages.filter((it) => it.role !== "system").map((it) => it.content)
})

/** Everything that is said in a conversation is the caller's own there. */
const streamEndpoint = (request: ChatRequest): Endpoint => ({
  ...chatEndpoint(request),
  body: chatBody(request, true),
  privateTexts: () => privateTextsOf(request.messages)
})

/** A chunk of the stream is some 250 bytes, and holds a token at least. */
const bytesPerToken = 1_024

const readModels = readWith(DeepSeekModels)
const readBalance = readWith(DeepSeekBalance)

const addresses = new WeakMap<DeepSeekSettings, Map<string, string>>()

/** The address of an endpoint under these settings, put together once. */
const addressOf = (settings: DeepSeekSettings, path: string): string => {
  let known = addresses.get(settings)
  if (known === undefined) addresses.set(settings, (known = new Map()))
  let url = known.get(path)
  if (url === undefined) known.set(path, (url = endpointUrl(settings.baseURL, path)))
  return url
}

const requestOf = (endpoint: Endpoint, settings: DeepSeekSettings, attempt: Attempt): ExchangeRequest => {
  const url = addressOf(settings, endpoint.path)
  return {
    provider: "deepseek",
    operation: endpoint.operation,
    method: endpoint.method,
    url,
    timeout: attempt.timeout,
    maximumBytes: maximumAnswerBytes,
    ...(endpoint.body === undefined ? {} : { body: endpoint.body }),
    ...(attempt.key === undefined ? {} : { credential: bearerOf(url, attempt.key) }),
    ...(attempt.observer === undefined ? {} : { observer: attempt.observer })
  }
}

/** Builds the service. */
export const make: Effect.Effect<DeepSeek["Service"], never, Transport> = Effect.gen(function* () {
  const transport = yield* Transport
  const clock = yield* Clock.Clock

  const contextOf = (endpoint: Endpoint, attempt: Attempt): AnswerContext => ({
    operation: endpoint.operation,
    secrets: () => [...(attempt.key === undefined ? [] : [Redacted.value(attempt.key)]), ...endpoint.privateTexts()],
    nowMillis: clock.currentTimeMillisUnsafe()
  })

  const ask = <A>(
    endpoint: Endpoint,
    settings: DeepSeekSettings,
    attempt: Attempt,
    read: (providerRequestId: string | undefined) => ReadAnswer<A>
  ): Effect.Effect<A, AttemptFailed> =>
    Effect.matchEffect(transport.exchange(requestOf(endpoint, settings, attempt)), {
      onFailure: (error) => {
        attempt.observer?.onExchanged?.(endpoint.body, undefined)
        return Effect.fail(failedExchange("deepseek", endpoint.operation, endpoint.payment, error))
      },
      onSuccess: (answer) => {
        attempt.observer?.onExchanged?.(endpoint.body, answer)
        const context = contextOf(endpoint, attempt)
        return Effect.fromResult(classifyAnswer(answer, context, read(requestIdOf(answer.headers))))
      }
    })

  const stream = (request: ChatRequest, settings: DeepSeekSettings, attempt: Attempt) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const endpoint = streamEndpoint(request)
        const maximumBytes = Math.max(maximumAnswerBytes, request.maximumTokens * bytesPerToken)
        const failed = (error: TransportFailed) =>
          failedExchange("deepseek", endpoint.operation, endpoint.payment, error)
        const answer = yield* Effect.mapError(
          transport.stream({ ...requestOf(endpoint, settings, attempt), maximumBytes }),
          (error) => {
            attempt.observer?.onExchanged?.(endpoint.body, undefined)
            return failed(error)
          }
        )
        return yield* readStream(answer, {
          context: contextOf(endpoint, attempt),
          model: request.model,
          keptBytes: attempt.observer?.keptBytes ?? 0,
          failedExchange: failed,
          onRead: (read) => attempt.observer?.onExchanged?.(endpoint.body, read)
        })
      })
    )

  return {
    stream,
    chat: (request, settings, attempt) =>
      ask(
        chatEndpoint(request),
        settings,
        attempt,
        (providerRequestId) => (json, facts) =>
          Result.map(readChat(json, facts), (it) => ({ ...it, model: it.model ?? request.model, providerRequestId }))
      ),
    models: (settings, attempt) =>
      Effect.map(
        ask(modelsEndpoint, settings, attempt, () => readModels),
        ({ data }) => data.map(({ id }) => id)
      ),
    balance: (settings, attempt) =>
      Effect.map(
        ask(balanceEndpoint, settings, attempt, () => readBalance),
        (it) => ({
          isAvailable: it.is_available,
          balances: it.balance_infos.map(({ currency, total_balance }) => ({ currency, total: total_balance }))
        })
      )
  }
})

/**
 * The URL of an endpoint below the base URL, whether that ends in `/v1` or not, with or without a slash. The balance has
 * no documented path below `/v1`.
 */
export const endpointUrl = (baseUrl: string, path: string): string => {
  const base = baseUrl.replace(/\/+$/, "")
  return `${path === balanceEndpoint.path ? base.replace(/\/v1$/, "") : base}${path}`
}
