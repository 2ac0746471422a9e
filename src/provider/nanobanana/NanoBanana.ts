/**
 * The image providers' endpoints, one method each, no policy, the same shape for every wire protocol.
 *
 * The shape leaves room for what later protocols do: a submit that answers with the picture at once, several pictures
 * for one request, reference images in the plan.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { Fit } from "../../../schemas/CallOptions.ts"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import type { ProviderJobId } from "../../../schemas/Identifiers.ts"
import type { ImageFormat, ImagePlan, ImageRequest } from "../../../schemas/Image.ts"
import type { ImageProtocolName } from "../../../schemas/Provider.ts"
import type { ApiReason, InputRejected } from "../../../schemas/Reason.ts"
import type { NanoBananaSettings } from "../../../schemas/Settings.ts"
import type { Attempt } from "../../pipeline/Attempt.ts"

/** A picture as a provider offers it: by a URL that soon expires. */
export interface ImageResult {
  readonly url: string
}

/** The answer to a paid submit: a job that runs, or (for synchronous providers) the pictures at once. */
export type SubmitAnswer =
  | { readonly _tag: "Accepted"; readonly providerJobId: ProviderJobId }
  | { readonly _tag: "Completed"; readonly providerJobId: ProviderJobId; readonly results: ReadonlyArray<ImageResult> }

/**
 * The state of a job at the provider. A status nobody knows is `Pending`, until our own job expires. Whether a failed or
 * cancelled job was charged no provider documents.
 */
export type ProviderJobStatus =
  | { readonly _tag: "Pending"; readonly isRunning: boolean }
  | { readonly _tag: "Completed"; readonly results: ReadonlyArray<ImageResult> }
  | { readonly _tag: "Failed"; readonly reason: ApiReason }
  | { readonly _tag: "Cancelled" }

/** What `cancel` learned: only `Cancelled` is the provider's confirmation. */
export type CancelAnswer = "Cancelled" | "NotCancelled"

/** Facts of a protocol that decisions are made from. */
export interface ProtocolFacts {
  /** The longest prompt it takes. **Units** characters. */
  readonly maximumPromptCharacters: number
  /** Whether it has a cancel endpoint at all. */
  readonly canCancel: boolean
  /** Hosts it is known to put results on. */
  readonly resultHosts: ReadonlyArray<string>
  /** The formats it can be asked for; empty where it can not be asked. */
  readonly formats: ReadonlyArray<ImageFormat>
}

/** One wire protocol. **Errors** `AttemptFailed` with the reason and the outcome at the provider. */
export interface ImageProtocol {
  readonly name: ImageProtocolName
  readonly facts: ProtocolFacts
  /** Decides what will be asked for, or refuses (`fit: "exact"`) before anything is paid. Pure. */
  readonly plan: (request: ImageRequest, fit: Fit) => Result.Result<ImagePlan, typeof InputRejected.Type>
  /** The paid request. */
  readonly submit: (
    plan: ImagePlan,
    settings: NanoBananaSettings,
    attempt: Attempt
  ) => Effect.Effect<SubmitAnswer, AttemptFailed>
  /**
   * Asks for a job's state. Free. `plan` is what the job was submitted with: the provider's words about a failure are kept
   * only where they can be held against its prompt, and dropped without it.
   */
  readonly status: (
    providerJobId: ProviderJobId,
    settings: NanoBananaSettings,
    attempt: Attempt,
    plan?: ImagePlan
  ) => Effect.Effect<ProviderJobStatus, AttemptFailed>
  /** Asks to cancel a job. Free. Where `canCancel` is false it answers `NotCancelled` without a request. */
  readonly cancel: (
    providerJobId: ProviderJobId,
    settings: NanoBananaSettings,
    attempt: Attempt
  ) => Effect.Effect<CancelAnswer, AttemptFailed>
}

/**
 * The service: the protocols there are, by name. Which one new jobs use is `imageProtocolOf(settings.nanobanana)`.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { NanoBanana } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const wide = { prompt: "a red fox", parameters: { width: 1600, height: 900, quality: "high" } } as const
 * const plan = NanoBanana.use((it) => Effect.fromResult(it.protocol("nanobananaapi").plan(wide, "nearest")))
 * const { path, resolution } = await Effect.runPromise(Effect.provide(plan, Mock.layer))
 * path // => "/generate-pro"
 * resolution // => "2K"
 * ```
 */
export class NanoBanana extends Context.Service<
  NanoBanana,
  {
    readonly protocol: (name: ImageProtocolName) => ImageProtocol
  }
>()("@ludeng/providers/provider/nanobanana/NanoBanana") {}
