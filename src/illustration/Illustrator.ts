/**
 * The whole job in one call: enhance the prompt, make the picture, store it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { Illustration, IllustrationRequest } from "../../schemas/Illustration.ts"
import type { Enhancement } from "../../schemas/Enhancement.ts"
import type { Job } from "../../schemas/Job.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { IllustrationPreview } from "../../schemas/Preview.ts"

/**
 * An illustration that is under way. `enhanced` as in an illustration; `cost` and `attempts` are those of the enhancement alone.
 */
export interface SubmittedIllustration {
  readonly job: Job
  readonly enhanced: Enhancement | null
  readonly cost: Cost
  readonly attempts: number
}

/**
 * The service.
 *
 * **Details** If enhancing fails, a stale answer, the local template or the raw prompt is used, and the result says so
 * (`Stale`, `Degraded`); `accept` forbids it. `ContentRejected`, `InputRejected` and a passed deadline fail the whole
 * instead, and so does what the recovery table has no fallback for: no picture is paid for.
 *
 * **Errors** those of `PromptEnhancer` and `ImageGenerator`.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Illustrator } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const illustrate = Illustrator.use((it) => it.illustrate({ prompt: "a red fox", image: { quality: "low" } }))
 * const { generated, isSimulated } = await Effect.runPromise(Effect.provide(illustrate, Mock.layer))
 * generated.image.format // => "jpeg"
 * isSimulated // => true
 * ```
 */
export class Illustrator extends Context.Service<
  Illustrator,
  {
    /**
     * What `illustrate` would cost, and what the policies would do with its parts now. Nothing is sent, spent or entered;
     * only a request that is wrong in itself fails.
     *
     * ```ts
     * import * as Effect from "effect/Effect"
     * import { Illustrator } from "@ludeng/providers"
     * import * as Mock from "@ludeng/providers/mock-layers/Mock"
     *
     * const mock = Mock.layerWith({ settings: { nanobanana: { priceUpperBound: 40_000 } } })
     * const preview = Illustrator.use((it) => it.preview({ prompt: "a red fox", enhance: false }))
     * const { bound, image } = await Effect.runPromise(Effect.provide(preview, mock))
     * bound // => { usdMicros: 40000, basis: "estimated" }
     * image.from // => "Live"
     * ```
     */
    readonly preview: (
      request: IllustrationRequest,
      options?: CallOptions
    ) => Effect.Effect<IllustrationPreview, CallFailure>
    readonly illustrate: (
      request: IllustrationRequest,
      options?: CallOptions
    ) => Effect.Effect<Illustration, CallFailure>
    /**
     * Rewrites the prompt, makes the job of its picture and starts it; answers when the row is written. The deadline is
     * that of the rewriting; the job waits up to a day to be sent, as that of `ImageGenerator.submit` does.
     *
     * ```ts
     * import * as Effect from "effect/Effect"
     * import { Illustrator } from "@ludeng/providers"
     * import * as Mock from "@ludeng/providers/mock-layers/Mock"
     *
     * const submit = Illustrator.use((it) => it.submit({ prompt: "a red fox" }))
     * const { enhanced, job } = await Effect.runPromise(Effect.provide(submit, Mock.layer))
     * job.request.prompt === enhanced?.prompt // => true
     * ```
     */
    readonly submit: (
      request: IllustrationRequest,
      options?: CallOptions
    ) => Effect.Effect<SubmittedIllustration, CallFailure>
  }
>()("@ludeng/providers/illustration/Illustrator") {}
