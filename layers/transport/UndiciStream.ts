/**
 * `Transport.stream` over undici: an answer is handed on as it comes, over a connection of the pool that goes back there
 * when the body was read to its end, and is closed when it was not.
 *
 * **Details** Whoever closes the scope waits until the socket is closed. A body in a content coding that nobody asked for
 * is collected and undone whole: it can not be read as it comes, and an answer that was paid for must not be lost.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { TimeoutList } from "../../src/policy/deadline/TimeoutList.ts"
import { answerFacts } from "../../src/provider/AnswerFacts.ts"
import { type Address, addressOf } from "../../src/transport/Address.ts"
import { brokenExchange } from "../../src/transport/ExchangeFailure.ts"
import { type ExchangeProgress, failedAt, notStarted } from "../../src/transport/ExchangeProgress.ts"
import { timedOut } from "../../src/transport/ExchangeTimeout.ts"
import { exchangeHeaders, foreignCredential, mayCarryCredential } from "../../src/transport/RequestHeaders.ts"
import type { AnswerHead, ExchangeRequest, StreamedAnswer } from "../../src/transport/Transport.ts"
import type { TransportFailed } from "../../src/transport/TransportFailed.ts"
import type { ConnectionPool } from "./ConnectionPool.ts"
import { contentCoding, decodeBody } from "./ContentCoding.ts"
import { StreamedBodyHandler } from "./StreamedBodyHandler.ts"

type Body = Stream.Stream<Uint8Array, TransportFailed>

const incomplete = (head: AnswerHead, bytes: number, problem: string, progress: ExchangeProgress) =>
  Effect.fail(
    failedAt(progress, {
      _tag: "IncompleteResponse",
      ...answerFacts({ ...head, body: new Uint8Array() }),
      bytes,
      problem
    })
  )

/** The body without its content coding. */
const plainBody = (head: AnswerHead, body: Body, maximumBytes: number, progress: ExchangeProgress): Body => {
  const coding = contentCoding(head.headers)
  if (coding === undefined) return body
  return Stream.fromEffect(
    Effect.flatMap(Stream.runCollect(body), (chunks) => {
      const coded = Buffer.concat(chunks)
      const decoded = decodeBody(coding, coded, maximumBytes)
      return Result.isSuccess(decoded)
        ? Effect.succeed(decoded.success)
        : incomplete(head, coded.byteLength, decoded.failure, progress)
    })
  )
}

const open = (
  pool: ConnectionPool,
  timeouts: TimeoutList,
  now: () => number,
  request: ExchangeRequest,
  address: Address
): Effect.Effect<StreamedAnswer, TransportFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const progress = notStarted()
    const limitMillis = Duration.toMillis(request.timeout)
    if (limitMillis <= 0) return yield* timedOut(request.timeout, progress)
    const started = yield* Deferred.make<AnswerHead, TransportFailed>()
    let head: AnswerHead = { status: 0, headers: {} }
    const connection = pool.take(address.origin)
    const handler = new StreamedBodyHandler(progress, {
      headProblem: (answer) => {
        head = answer
        return undefined
      },
      lengthProblem: (bytes) =>
        bytes <= request.maximumBytes
          ? undefined
          : incomplete(head, bytes, `longer than ${request.maximumBytes} bytes`, progress),
      broken: (error) => brokenExchange(error, address, request.timeout, progress),
      onStart: (start) => Deferred.doneUnsafe(started, start),
      onFailure: () => pool.close(connection, () => undefined),
      observer: request.observer
    })
    const timeout = timeouts.schedule(now() + limitMillis, () =>
      handler.fail(Effect.fail(timedOut(request.timeout, progress)))
    )
    yield* Effect.addFinalizer(() =>
      Effect.callback<void>((closed) => {
        timeout.cancel()
        if (handler.isWhole) {
          pool.giveBack(connection)
          return closed(Effect.void)
        }
        handler.settle()
        pool.close(connection, () => closed(Effect.void))
      })
    )
    connection.dispatch(
      {
        path: address.path,
        method: request.method,
        headers: exchangeHeaders(request, "text/event-stream"),
        body: request.body ?? null
      },
      handler,
      request.observer?.onConnected?.bind(request.observer)
    )
    const answer = yield* Deferred.await(started)
    const body = Stream.fromPull(Effect.succeed(handler.pull))
    return { ...answer, body: plainBody(answer, body, request.maximumBytes, progress) }
  })

/** Makes `Transport.stream`. */
export const makeStream =
  (pool: ConnectionPool, timeouts: TimeoutList, now: () => number) =>
  (request: ExchangeRequest): Effect.Effect<StreamedAnswer, TransportFailed, Scope.Scope> =>
    Effect.suspend(() => {
      const address = addressOf(request.url)
      return mayCarryCredential(request, address)
        ? open(pool, timeouts, now, request, address)
        : Effect.die(foreignCredential())
    })
