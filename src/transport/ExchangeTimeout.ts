/**
 * The one time limit of an exchange: over connecting, sending, headers and the whole body, whatever trickles in
 * meanwhile. Blank keep-alive lines do not move it, because it is a time of day and not a wait for the next byte.
 *
 * It runs on Effect's `Clock`, and ends the exchange by interruption: the socket is closed when the failure is seen.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type ExchangeProgress, failedAt } from "./ExchangeProgress.ts"
import type { StreamedAnswer } from "./Transport.ts"
import type { TransportFailed } from "./TransportFailed.ts"

/** The failure of an exchange whose time is up. */
export const timedOut = (limit: Duration.Duration, progress: ExchangeProgress): TransportFailed =>
  failedAt(progress, { _tag: "TimedOut", phase: progress.phase, limit })

/**
 * Ends an exchange after `limit`.
 *
 * **Errors** `TransportFailed` with `TimedOut`, which names the phase that was not finished. With no time left at all
 * the exchange does not even begin (`wasSent` is false).
 */
export const withExchangeTimeout = <A>(
  exchange: Effect.Effect<A, TransportFailed>,
  limit: Duration.Duration,
  progress: ExchangeProgress
): Effect.Effect<A, TransportFailed> =>
  Duration.toMillis(limit) <= 0
    ? Effect.fail(timedOut(limit, progress))
    : Effect.timeoutOrElse(exchange, { duration: limit, orElse: () => Effect.fail(timedOut(limit, progress)) })

/**
 * The same for an answer that is read as it comes: the limit runs on while its body is read.
 *
 * **Details** The timer lives in the scope of the answer.
 */
export const withStreamTimeout = <R>(
  start: Effect.Effect<StreamedAnswer, TransportFailed, R>,
  limit: Duration.Duration,
  progress: ExchangeProgress
): Effect.Effect<StreamedAnswer, TransportFailed, R | Scope.Scope> =>
  Duration.toMillis(limit) <= 0
    ? Effect.fail(timedOut(limit, progress))
    : Effect.gen(function* () {
        const timeIsUp = yield* Deferred.make<never, TransportFailed>()
        const giveUp = Effect.suspend(() => Deferred.fail(timeIsUp, timedOut(limit, progress)))
        yield* Effect.forkScoped(Effect.andThen(Effect.sleep(limit), giveUp), { startImmediately: true })
        const answer = yield* Effect.raceFirst(start, Deferred.await(timeIsUp))
        return { ...answer, body: Stream.interruptWhen(answer.body, Deferred.await(timeIsUp)) }
      })
