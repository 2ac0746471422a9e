/**
 * The library in a situation: its services as a program uses them.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { CallStatistics } from "../../src/telemetry/CallStatistics.ts"
import type { Kind } from "../resilience/Situations.ts"
import type { Ask } from "./VirtualCrowd.ts"

/** A picture as small as it can be. */
export const image = { width: 64, height: 64, quality: "low" } as const

const isResult = (provenance: string): boolean => provenance === "Live" || provenance === "Cached"

/** Asks as a program does; a result that stands in for another is no success here. */
export const askOf = (kind: Kind): Ask =>
  kind === "enhancements"
    ? (prompt) =>
        Effect.map(
          Effect.result(PromptEnhancer.use((it) => it.enhance({ prompt }))),
          (it) => Result.isSuccess(it) && isResult(it.success.provenance._tag)
        )
    : (prompt) =>
        Effect.map(
          Effect.result(ImageGenerator.use((it) => it.generate({ prompt, parameters: image }))),
          (it) => Result.isSuccess(it) && isResult(it.success.provenance._tag)
        )

/** The mean of retries for each request whose first attempt failed. */
export const retriesPerFailed: Effect.Effect<number, never, CallStatistics> = Effect.map(
  CallStatistics.use((it) => it.snapshot),
  (all) => {
    const retries = all.reduce((sum, it) => sum + it.retries, 0)
    const failed = all.reduce((sum, it) => sum + it.rescued + it.failed, 0)
    return failed === 0 ? 0 : retries / failed
  }
)
