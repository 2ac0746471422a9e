/**
 * nanobananaapi.ai documents no way to cancel a job: nothing is sent, and the job goes on.
 *
 * **Source** docs.nanobananaapi.ai, its list of endpoints, read 2026-11-23.
 */
import * as Effect from "effect/Effect"
import type { CancelAnswer } from "../NanoBanana.ts"

/** Always `NotCancelled`, without a request. */
export const cancel = (): Effect.Effect<CancelAnswer> => Effect.succeed("NotCancelled")
