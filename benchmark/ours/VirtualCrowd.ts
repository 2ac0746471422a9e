/**
 * Callers in virtual time: workers who ask one after the other, at a pace of people, in a world of simulated providers.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"
import * as Mock from "../../mock-layers/Mock.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import type { Situation } from "../resilience/Situations.ts"

/** Whoever asks: true if there was a result, false if there was none. */
export type Ask = (prompt: string) => Effect.Effect<boolean, never, Layer.Success<ReturnType<typeof Mock.layerWith>>>

/** How many ask, how often in all, from which seed. */
export interface Crowd {
  readonly seed: number
  readonly calls: number
  readonly workers: number
}

/** Nobody who was refused at once comes back at once. **Units** milliseconds. */
const longestPauseMillis = { enhancements: 2_000, images: 20_000 }

/** The limits of the library are far away, but for the one that the situation is about. */
const settingsOf = ({ quota }: Situation): SettingsDocument => {
  const common = { rateLimit: [{ requests: 1_000_000, window: 1 }], queueLimit: 10_000 }
  const chat = quota === undefined ? {} : { rateLimit: quota }
  // The plain job API makes pictures as small as they are asked for: thousands of them cost little.
  return { deepseek: { ...common, ...chat }, nanobanana: { ...common, protocol: "generic" } }
}

/** Lets the crowd ask in a world of its own, and gives the share of failures and what `read` finds at the end. */
export const failuresOf = <A>(
  situation: Situation,
  { calls, seed, workers }: Crowd,
  ask: Ask,
  read: Effect.Effect<A, never, Layer.Success<ReturnType<typeof Mock.layerWith>>>
): Effect.Effect<{ readonly failures: number; readonly seen: A }> =>
  Effect.gen(function* () {
    let left = calls
    let failures = 0
    const pause = Effect.flatMap(Random.nextIntBetween(0, longestPauseMillis[situation.kind]), (millis) =>
      Effect.sleep(millis)
    )
    const worker = Effect.gen(function* () {
      yield* pause
      while (left > 0) {
        left -= 1
        if (!(yield* ask(`a red fox, number ${left}`))) failures += 1
        yield* pause
      }
    })
    const all = yield* Effect.forkChild(
      Effect.forEach(Array.from({ length: workers }), () => worker, { concurrency: "unbounded", discard: true })
    )
    while (all.pollUnsafe() === undefined) yield* TestClock.adjust("10 minutes")
    yield* Fiber.join(all)
    return { failures, seen: yield* read }
  }).pipe(
    Effect.provide(
      Layer.merge(Mock.layerWith({ seed, ...situation.script, settings: settingsOf(situation) }), Logger.layer([]))
    ),
    Random.withSeed(seed),
    Effect.provide(TestClock.layer())
  )
