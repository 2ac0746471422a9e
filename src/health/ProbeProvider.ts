/**
 * Asks whether DeepSeek answers, by what its documents say is free: the list of models (`KeyCheck.ts` has the source). No
 * image protocol has a confirmed free endpoint, so none is asked.
 *
 * A probe is a call of the operation `probe`: it has a door of its own, with its own limit (`DEEPSEEK_PROBE_RATE_LIMITS`),
 * circuit and retry budget, is told as any call, and `Health` hears of it there. It is made at most once a minute, later by a
 * chance of up to a quarter of that, and not where DeepSeek has answered a call of the
 * last minute, or has no key to be asked with.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { noCost } from "../../schemas/Money.ts"
import { keyOfAccount, Pipeline } from "../pipeline/Pipeline.ts"
import { DeepSeek } from "../provider/deepseek/DeepSeek.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { EventFeed } from "../telemetry/EventFeed.ts"
import { KeyVault } from "../vault/KeyVault.ts"

const everyMillis = 60_000

/** Asks once. It never fails: what comes of it is told as that of every call. */
export const probeDeepSeek: Effect.Effect<void, never, DeepSeek | KeyVault | LiveSettings | Pipeline> = Effect.gen(
  function* () {
    const { deepseek, providers } = (yield* LiveSettings.use((it) => it.current)).settings
    const vault = yield* KeyVault
    const key = keyOfAccount("deepseek", deepseek.baseURL)
    if (!providers.includes("deepseek") || !vault.has(key)) return
    const deepSeek = yield* DeepSeek
    const pipeline = yield* Pipeline
    yield* Effect.ignore(
      pipeline.run({
        provider: "deepseek",
        operation: "probe",
        payment: "free",
        request: { fieldLengths: {}, bodySha256: "", parameters: {} },
        attemptTimeout: deepseek.attemptTimeout.probe,
        retryLimit: 0,
        backoffBase: deepseek.backoffBase,
        backoffCap: deepseek.backoffCap,
        key,
        privateTexts: [],
        bound: noCost,
        cost: () => noCost,
        attempt: (attempt) => deepSeek.models(deepseek, attempt)
      })
    )
  }
)

/** Asks for as long as the scope is open. */
export const probeRegularly: Effect.Effect<
  void,
  never,
  DeepSeek | EventFeed | KeyVault | LiveSettings | Pipeline | Scope.Scope
> = Effect.gen(function* () {
  const feed = yield* EventFeed
  let answeredAt = Number.NEGATIVE_INFINITY
  yield* feed.listen((event) => {
    if (event._tag === "AttemptSucceeded" && event.provider === "deepseek") answeredAt = event.at
  })
  const turn = Effect.gen(function* () {
    const chance = yield* Random.next
    yield* Effect.sleep(Duration.millis(Math.ceil(everyMillis * (1 + chance / 4))))
    if ((yield* Clock.currentTimeMillis) - answeredAt >= everyMillis) yield* probeDeepSeek
  })
  yield* Effect.forkScoped(Effect.forever(turn))
})
