/**
 * Scripted image providers behind the service contracts: what each answers to submit, status and download is said by the
 * test, one answer after the other (the last one again and again).
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as MemoryJobLedger from "../../layers/job/MemoryJobLedger.ts"
import * as MemoryCostLedger from "../../layers/money/MemoryCostLedger.ts"
import { layerFromCode } from "../../layers/settings/MemorySettings.ts"
import * as MemoryImageStore from "../../mock-layers/image/MemoryImageStore.ts"
import { AttemptFailed } from "../../schemas/Failures.ts"
import { ProviderJobId } from "../../schemas/Identifiers.ts"
import type { ImageProtocolName, Operation, Outcome } from "../../schemas/Provider.ts"
import type { ApiReason } from "../../schemas/Reason.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import * as MakeImageGenerator from "../../src/image/MakeImageGenerator.ts"
import type { JobLedger } from "../../src/job/JobLedger.ts"
import type { CostLedger } from "../../src/money/CostLedger.ts"
import { makePrices } from "../../src/money/MakePrices.ts"
import { Prices } from "../../src/money/Prices.ts"
import { priceTable } from "../../src/money/PriceTable.ts"
import * as MemoryDeadLetters from "../../layers/dead-letter/MemoryDeadLetters.ts"
import * as MemoryPermitStores from "../../layers/rate-limit/MemoryPermitStores.ts"
import * as ProtectedPipeline from "../../layers/pipeline/ProtectedPipeline.ts"
import type { Attempt } from "../../src/pipeline/Attempt.ts"
import { DegradedModes } from "../../src/policy/degraded-mode/DegradedModes.ts"
import * as MakeDegradedModes from "../../src/policy/degraded-mode/MakeDegradedModes.ts"
import { RetryPolicy } from "../../src/policy/retry/RetryPolicy.ts"
import { retrySchedule } from "../../src/policy/retry/RetrySchedule.ts"
import {
  type CancelAnswer,
  type ImageProtocol,
  NanoBanana,
  type ProviderJobStatus,
  type SubmitAnswer
} from "../../src/provider/nanobanana/NanoBanana.ts"
import type { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { type Download, Transport } from "../../src/transport/Transport.ts"
import type { TransportFailed } from "../../src/transport/TransportFailed.ts"
import * as NoKeyStore from "../../layers/vault/NoKeyStore.ts"
import { KeyCheck } from "../../src/vault/KeyCheck.ts"

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
  /** The field for which the protocol refuses every plan. */
  readonly refuses?: string
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

/** One request as it came: of which account, with which key, for which of its jobs or prompts. */
export interface Asked {
  readonly account: "first" | "second"
  readonly operation: Operation
  readonly key: string | undefined
  readonly about: unknown
}

/** What jobs and money are kept in. */
export type Ledgers = Layer.Layer<JobLedger | CostLedger, never, LiveSettings>

const memoryLedgers: Ledgers = MemoryJobLedger.layer.pipe(Layer.provideMerge(MemoryCostLedger.layer))

/**
 * The providers and the services over them; `asked` lists the operations of the first in order, `requests` all. The second
 * one, if it has a script, is the fallback of the settings.
 */
export const fakeImageProvider = (
  script: FakeScript,
  settings: SettingsDocument = {},
  second?: FakeScript,
  ledgers = memoryLedgers
) => {
  const asked: Array<Operation> = []
  const requests: Array<Asked> = []
  const makeProtocol = (account: Asked["account"], name: ImageProtocolName, script: FakeScript): ImageProtocol => {
    const next = <A>(operation: Operation, answers: ReadonlyArray<A>, attempt: Attempt, about: unknown): A => {
      const count = requests.filter((it) => it.account === account && it.operation === operation).length
      const key = attempt.key === undefined ? undefined : Redacted.value(attempt.key)
      requests.push({ account, operation, key, about })
      attempt.observer?.onSend()
      if (account === "first") asked.push(operation)
      const answer = answers[Math.min(count, answers.length - 1)]
      if (answer === undefined) throw new Error(`the test has no answer to ${operation}`)
      return answer
    }
    return {
      name,
      facts: { maximumPromptCharacters: 4000, canCancel: script.canCancel ?? false, resultHosts: [], formats: ["png"] },
      plan: (request, fit) =>
        script.refuses === undefined
          ? Result.succeed({
              protocol: name,
              path: "/generate",
              model: name,
              resolution: "1x1",
              body: { prompt: request.prompt },
              promptCharacters: request.prompt.length,
              deviations: [],
              fit
            })
          : Result.fail({ _tag: "InputRejected", field: script.refuses, problem: "refused", expected: "less" }),
      submit: (plan, _settings, attempt) =>
        Effect.suspend(() => {
          const accepted = acceptedAs(`provider-${account === "first" ? 1 : 2}`)
          return next("submit", script.submit ?? [accepted], attempt, plan.body["prompt"])
        }),
      status: (id, _settings, attempt) =>
        Effect.suspend(() =>
          next("status", script.status ?? [completedAt("https://pictures.test/1.png")], attempt, id)
        ),
      cancel: (id, _settings, attempt) =>
        Effect.suspend(() => next("cancel", script.cancel ?? [Effect.succeed("NotCancelled" as const)], attempt, id))
    }
  }
  const first = makeProtocol("first", "generic", script)
  const other = makeProtocol("second", "nanobananaapi", second ?? {})
  const transport = Layer.succeed(Transport, {
    isSimulated: true,
    exchange: () => Effect.die(new Error("the fake provider does not exchange")),
    stream: () => Effect.die(new Error("the fake provider does not exchange")),
    download: ({ url }) =>
      Effect.suspend(() => {
        const count = asked.filter((it) => it === "download").length
        asked.push("download")
        requests.push({ account: "first", operation: "download", key: undefined, about: url })
        const answers = script.download ?? [pictureAnswer]
        const answer = answers[Math.min(count, answers.length - 1)]
        if (answer === undefined) throw new Error("the test has no answer to download")
        return answer
      })
  })
  const fallback = { protocol: "nanobananaapi", apiKey: "second-key" } as const
  const leaves = Layer.mergeAll(
    transport,
    MemoryImageStore.layer,
    Layer.succeed(Prices, makePrices(priceTable)),
    Layer.succeed(RetryPolicy, { schedule: retrySchedule }),
    Layer.succeed(NanoBanana, { protocol: (name) => (name === "generic" ? first : other) }),
    ledgers.pipe(
      Layer.provideMerge(
        Layer.orDie(
          layerFromCode({
            ...settings,
            nanobanana: {
              apiKey: "fake-key",
              protocol: "generic",
              priceUpperBound: 40_000,
              ...(second === undefined ? {} : { fallback }),
              ...settings.nanobanana
            }
          })
        )
      )
    )
  )
  const layer = Layer.effect(ImageGenerator, MakeImageGenerator.make).pipe(
    Layer.provideMerge(MemoryDeadLetters.layer),
    Layer.provideMerge(Layer.effect(DegradedModes, MakeDegradedModes.make)),
    Layer.provideMerge(
      ProtectedPipeline.layer.pipe(
        Layer.provide(
          Layer.mergeAll(
            MemoryPermitStores.layer,
            NoKeyStore.layer,
            Layer.succeed(KeyCheck, { question: () => undefined })
          )
        )
      )
    ),
    Layer.provideMerge(leaves)
  )
  return { asked, requests, layer }
}
