/**
 * How a key can be asked about without paying: by an endpoint that is free, and confirmed to answer 401 to a key that is
 * not known. A refused key is retired on its word alone.
 *
 * | account | asked | source |
 * | --- | --- | --- |
 * | `deepseek` | `GET /models` | api-docs.deepseek.com/api/list-models, read 2026-11-23 |
 * | `nanobanana`, `nanobanana-fallback` | nothing: no free endpoint is documented | docs.nanobananaapi.ai, read 2026-11-23 |
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { AttemptFailed } from "../../schemas/Failures.ts"
import type { QuotaScope } from "../../schemas/Provider.ts"
import type { Settings } from "../../schemas/Settings.ts"
import type { Attempt } from "../pipeline/Attempt.ts"
import { DeepSeek } from "../provider/deepseek/DeepSeek.ts"

/** One question about a key, without any policy. */
export type KeyQuestion = (attempt: Attempt) => Effect.Effect<unknown, AttemptFailed>

/** The service. */
export class KeyCheck extends Context.Service<
  KeyCheck,
  {
    /** What is asked about a key of this account; `undefined` where nothing free is documented. */
    readonly question: (scope: QuotaScope, settings: Settings) => KeyQuestion | undefined
  }
>()("@ludeng/providers/vault/KeyCheck") {}

/** Asks the providers themselves. */
export const make: Effect.Effect<KeyCheck["Service"], never, DeepSeek> = Effect.map(DeepSeek, (deepSeek) => ({
  question: (scope, { deepseek }) =>
    scope === "deepseek" ? (attempt) => deepSeek.models(deepseek, attempt) : undefined
}))
