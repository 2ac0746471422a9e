/**
 * The rate limiter and the circuit breaker alone, around work that has nothing to do with this library's providers.
 */
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { makeCircuitBreaker, makeRateLimiter, RateLimitRefused } from "@ludeng/providers"

/** A refusal of our own says nothing of whom we call. */
const isOurs = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isFailure(exit) && Option.getOrUndefined(Cause.findErrorOption(exit.cause)) instanceof RateLimitRefused

let isUp = false
const work = (name: string) => Effect.suspend(() => (isUp ? Effect.succeed(`${name}: done`) : Effect.fail("503")))

const program = Effect.gen(function* () {
  const limiter = yield* makeRateLimiter({
    limits: [
      { limit: 5, window: "200 millis" },
      { limit: 100, window: "1 hour" }
    ],
    concurrency: 2
  })
  const breaker = yield* makeCircuitBreaker({
    consecutiveFailures: 3,
    openDuration: "100 millis",
    classify: (exit) => (Exit.isSuccess(exit) ? "success" : isOurs(exit) ? "ignored" : "failure")
  })
  // The breaker outside: a call that it refuses uses no permit.
  const call = (name: string) =>
    breaker
      .run(limiter.run(work(name), { maximumWait: "5 seconds" }))
      .pipe(Effect.catch((error) => Effect.succeed(`${name}: ${typeof error === "string" ? error : error.message}`)))

  for (const name of ["a", "b", "c", "d"]) yield* Console.log(yield* call(name))
  isUp = true
  yield* Effect.sleep("150 millis")
  for (const name of ["e", "f", "g", "h"]) yield* Console.log(yield* call(name))
  const { tiers } = yield* limiter.usage
  yield* Console.log(`used ${tiers.map((it) => `${it.used} of ${it.limit}`).join(", ")}`)
})

await Effect.runPromise(Effect.scoped(program))
