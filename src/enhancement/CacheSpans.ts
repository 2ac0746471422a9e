/**
 * How long a kept enhancement may be used, by the settings that a call began with.
 */
import * as Duration from "effect/Duration"
import type { FreshnessSpans } from "../cache/Freshness.ts"
import type { Call } from "../pipeline/CurrentCall.ts"

/** Both spans are counted from when the answer was kept. */
export const spansOf = ({ settings }: Pick<Call, "settings">): FreshnessSpans => {
  const { cacheStale, cacheTtl } = settings.settings.deepseek
  return { freshMillis: Duration.toMillis(cacheTtl), staleMillis: Duration.toMillis(cacheStale) }
}
