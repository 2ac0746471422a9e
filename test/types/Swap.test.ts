/**
 * Live and mock are one: the compiler proves that they give the same services, that the mock needs nothing and can not
 * fail, and that every method fails with exactly the documented errors. Built, they hold the same services.
 *
 * The assertions on types are checked by `npm run types`; each has a counterpart that must not compile, so that none of
 * them can be true of everything.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { AttemptFailed, CallFailure } from "../../schemas/Failures.ts"
import type { IdempotencyConflict, JobNotFound, StorageFailed } from "../../schemas/Reason.ts"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import type { MoneyRefused } from "../../src/money/CostLedger.ts"
import * as Live from "../../layers/Live.ts"
import * as Runtime from "../../layers/Runtime.ts"
import type * as Services from "../../layers/Services.ts"
import type * as LiveOrMock from "../../mock-layers/LiveOrMock.ts"
import * as Mock from "../../mock-layers/Mock.ts"
import type * as Simulated from "../../mock-layers/Simulated.ts"
import type { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import type { Illustrator } from "../../src/illustration/Illustrator.ts"
import type { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import type { JobLedger } from "../../src/job/JobLedger.ts"
import type { TransitionRefused } from "../../src/job/JobTransition.ts"
import type { Pipeline } from "../../src/pipeline/Pipeline.ts"
import type { DeepSeek } from "../../src/provider/deepseek/DeepSeek.ts"
import type { ImageProtocol } from "../../src/provider/nanobanana/NanoBanana.ts"
import type { LiveSettings } from "../../src/settings/LiveSettings.ts"
import type { Transport } from "../../src/transport/Transport.ts"
import type { TransportFailed } from "../../src/transport/TransportFailed.ts"

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Contains<All, Part> = [Part] extends [All] ? true : false

/** Compiles only where its argument is `true`. */
const proven = <_ extends true>(): void => undefined

/** What a method fails with, effect or stream. */
type FailureOf<F> = F extends (...parameters: ReadonlyArray<never>) => infer R
  ? R extends Effect.Effect<infer _A, infer E, infer _R>
    ? E
    : R extends Stream.Stream<infer _A, infer E, infer _R>
      ? E
      : "neither an effect nor a stream"
  : "not a method"

/** Whether every method of a service fails with exactly `E`. */
type AllFailWith<S, E> = Same<{ [K in keyof S]: FailureOf<S[K]> }[keyof S], E>

proven<Same<Layer.Success<typeof Live.layer>, Services.Services>>()
proven<Contains<Layer.Success<typeof Mock.layer>, Layer.Success<typeof Live.layer>>>()
proven<Contains<Layer.Success<typeof Simulated.layer>, Layer.Success<typeof Live.layer>>>()
proven<Contains<Layer.Success<typeof LiveOrMock.layer>, Layer.Success<typeof Live.layer>>>()
// @ts-expect-error A composition without the illustrator does not give what live gives.
proven<Contains<Exclude<Layer.Success<typeof Mock.layer>, Illustrator>, Layer.Success<typeof Live.layer>>>()

proven<Same<Layer.Services<typeof Mock.layer>, never>>()
proven<Same<Layer.Error<typeof Mock.layer>, never>>()
proven<Same<Layer.Services<typeof Live.layer>, never>>()
proven<Same<Layer.Error<typeof Live.layer>, ConfigurationError>>()
// @ts-expect-error Live can fail for want of a key.
proven<Same<Layer.Error<typeof Live.layer>, never>>()

/** What code sees that makes its runtime of a layer. */
type RuntimeOver<L> = L extends Layer.Layer<infer A, infer _E> ? Runtime.Runtime<A> : never
const runtimeOf = {
  live: () => Runtime.make(Live.layer),
  mock: () => Runtime.make(Mock.layer)
}
proven<Contains<ReturnType<typeof runtimeOf.live>, ReturnType<typeof runtimeOf.mock>>>()
proven<Contains<RuntimeOver<typeof Live.layer>, RuntimeOver<typeof Mock.layer>>>()
proven<Contains<RuntimeOver<typeof Live.layer>, RuntimeOver<typeof LiveOrMock.layer>>>()
proven<Contains<RuntimeOver<typeof Live.layer>, RuntimeOver<typeof Simulated.layer>>>()
// @ts-expect-error A layer without the services of the calls makes no runtime.
export const lacking = () => Runtime.make(Layer.empty)

proven<AllFailWith<Illustrator["Service"], CallFailure>>()
proven<AllFailWith<PromptEnhancer["Service"], CallFailure>>()
proven<AllFailWith<ImageGenerator["Service"], CallFailure>>()
proven<AllFailWith<Pipeline["Service"], CallFailure>>()
proven<AllFailWith<DeepSeek["Service"], AttemptFailed>>()
proven<AllFailWith<Pick<ImageProtocol, "submit" | "status" | "cancel">, AttemptFailed>>()
proven<AllFailWith<Pick<Transport["Service"], "exchange" | "download">, TransportFailed>>()
proven<Same<FailureOf<LiveSettings["Service"]["update"]>, ConfigurationError>>()
proven<Same<FailureOf<JobLedger["Service"]["enter"]>, typeof IdempotencyConflict.Type | MoneyRefused>>()
proven<
  Same<
    FailureOf<JobLedger["Service"]["apply"]>,
    TransitionRefused | typeof JobNotFound.Type | typeof StorageFailed.Type
  >
>()
// @ts-expect-error An enhancement can fail at the provider, too.
proven<AllFailWith<PromptEnhancer["Service"], Extract<CallFailure, { readonly _tag: "Rejection" }>>>()

const live = Live.layerWith({ deepseek: { apiKey: "key-of-a-test" }, nanobanana: { apiKey: "key-of-a-test" } })

const servicesOf = <A, E>(layer: Layer.Layer<A, E>): Effect.Effect<ReadonlyArray<string>, E> =>
  Effect.scoped(Effect.map(Layer.build(layer), (context) => [...context.mapUnsafe.keys()]))

describe("Swap", () => {
  it.effect("built, the mock holds every service that live holds", () =>
    Effect.gen(function* () {
      const ofLive = yield* servicesOf(live)
      const ofMock = yield* servicesOf(Mock.layer)
      assert.isAtLeast(ofLive.length, 10)
      assert.deepStrictEqual(
        ofLive.filter((key) => key.startsWith("@ludeng/") && !ofMock.includes(key)),
        []
      )
    })
  )
})
