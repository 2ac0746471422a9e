/**
 * A scripted image provider behind the service contracts: what it answers to submit, status and download is said by the
 * test, one answer after the other (the last one again and again).
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as MemoryJobLedger from "../../layers/job/MemoryJobLedger.ts"
import * as MemoryCostLedger from "../../layers/money/MemoryCostLedger.ts"
import { layerFromCode } from "../../layers/settings/MemorySettings.ts"
import * as MemoryImageStore from "../../mock-layers/image/MemoryImageStore.ts"
import { AttemptFailed } from "../../schemas/Failures.ts"
import { ProviderJobId } from "../../schemas/Identifiers.ts"
import type { Operation, Outcome } from "../../schemas/Provider.ts"
import type { ApiReason } from "../../schemas/Reason.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import * as MakeImageGenerator from "../../src/image/MakeImageGenerator.ts"
import { makePrices } from "../../src/money/MakePrices.ts"
import { Prices } from "../../src/money/Prices.ts"
import { priceTable } from "../../src/money/PriceTable.ts"
import * as ProtectedPipeline from "../../layers/pipeline/ProtectedPipeline.ts"
import { RetryPolicy } from "../../src/policy/retry/RetryPolicy.ts"
import { retrySchedule } from "../../src/policy/retry/RetrySchedule.ts"
import {
  type CancelAnswer,
  type ImageProtocol,
  NanoBanana,
  type ProviderJobStatus,
  type SubmitAnswer
} from "../../src/provider/nanobanana/NanoBanana.ts"
import { type Download, Transport } from "../../src/transport/Transport.ts"
import type { TransportFailed } from "../../src/transport/TransportFailed.ts"

/** A PNG of one pixel. */
export const onePixel: Uint8Array = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64"
)

type Answers<A> = ReadonlyArray<Effect.Effect<A, AttemptFailed>>

export interface FakeScript {
  readonly submit?: Answers<SubmitAnswer>
  readonly status?: Answers<ProviderJobStatus>
  readonly cancel?: Answers<CancelAnswer>
  readonly download?: ReadonlyArray<Effect.Effect<Download, TransportFailed>>
  readonly canCancel?: boolean
}

export const failedAttempt = (operation: Operation, reason: ApiReason, outcome: Outcome) =>
  Effect.fail(new AttemptFailed({ provider: "nanobanana", operation, reason, outcome }))

export const acceptedAs = (id: string): Effect.Effect<SubmitAnswer> =>
  Effect.succeed({ _tag: "Accepted", providerJobId: ProviderJobId.make(id) })

export const completedAt = (url: string): Effect.Effect<ProviderJobStatus> =>
  Effect.succeed({ _tag: "Completed", results: [{ url }] })

export const running: Effect.Effect<ProviderJobStatus> = Effect.succeed({ _tag: "Pending", isRunning: true })

export const pictureAnswer: Effect.Effect<Download> = Effect.succeed({
  status: 200,
  headers: { "content-type": "image/png" },
  body: Stream.succeed(onePixel)
})

export const statusAnswer = (status: number): Effect.Effect<Download> =>
  Effect.succeed({ status, headers: {}, body: Stream.empty })

/** The provider and the services over it; `asked` lists the operations in order. */
export const fakeImageProvider = (script: FakeScript, settings: SettingsDocument = {}) => {
  const asked: Array<Operation> = []
  const next = <A>(operation: Operation, answers: ReadonlyArray<A>): A => {
    const count = asked.filter((it) => it === operation).length
    asked.push(operation)
    const answer = answers[Math.min(count, answers.length - 1)]
    if (answer === undefined) throw new Error(`the test has no answer to ${operation}`)
    return answer
  }
  const protocol: ImageProtocol = {
    name: "generic",
    facts: { maximumPromptCharacters: 4000, canCancel: script.canCancel ?? false, resultHosts: [], formats: ["png"] },
    plan: (request, fit) =>
      Result.succeed({
        protocol: "generic",
        path: "/generate",
        model: "generic",
        resolution: "1x1",
        body: { prompt: request.prompt },
        promptCharacters: request.prompt.length,
        deviations: [],
        fit
      }),
    submit: (_plan, _settings, attempt) =>
      Effect.suspend(() => {
        attempt.observer?.onSend()
        return next("submit", script.submit ?? [acceptedAs("provider-1")])
      }),
    status: () => Effect.suspend(() => next("status", script.status ?? [completedAt("https://pictures.test/1.png")])),
    cancel: () => Effect.suspend(() => next("cancel", script.cancel ?? [Effect.succeed("NotCancelled" as const)]))
  }
  const transport = Layer.succeed(Transport, {
    isSimulated: true,
    exchange: () => Effect.die(new Error("the fake provider does not exchange")),
    download: () => Effect.suspend(() => next("download", script.download ?? [pictureAnswer]))
  })
  const leaves = Layer.mergeAll(
    transport,
    MemoryImageStore.layer,
    MemoryJobLedger.layer.pipe(Layer.provideMerge(MemoryCostLedger.layer)),
    Layer.succeed(Prices, makePrices(priceTable)),
    Layer.succeed(RetryPolicy, { schedule: retrySchedule }),
    Layer.succeed(NanoBanana, { protocol: () => protocol }),
    Layer.orDie(
      layerFromCode({
        ...settings,
        nanobanana: { apiKey: "fake-key", protocol: "generic", priceUpperBound: 40_000, ...settings.nanobanana }
      })
    )
  )
  const layer = Layer.effect(ImageGenerator, MakeImageGenerator.make).pipe(
    Layer.provideMerge(ProtectedPipeline.layer),
    Layer.provideMerge(leaves)
  )
  return { asked, layer }
}
