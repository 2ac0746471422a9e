/**
 * Asks the providers that have something free to ask, at most once a minute, so that `Health` knows how they fare while
 * nobody calls them. A program that embeds the library is not asked for unless it provides this.
 *
 * ```ts types
 * import * as Layer from "effect/Layer"
 * import * as HealthProbe from "@ludeng/providers/layers/health/HealthProbe"
 * import * as Live from "@ludeng/providers/layers/Live"
 *
 * const program = HealthProbe.layer.pipe(Layer.provideMerge(Live.layer))
 * ```
 */
import * as Layer from "effect/Layer"
import { probeRegularly } from "../../src/health/ProbeProvider.ts"
import type { Pipeline } from "../../src/pipeline/Pipeline.ts"
import type { DeepSeek } from "../../src/provider/deepseek/DeepSeek.ts"
import type { LiveSettings } from "../../src/settings/LiveSettings.ts"
import type { EventFeed } from "../../src/telemetry/EventFeed.ts"
import type { KeyVault } from "../../src/vault/KeyVault.ts"

/** The probe, as long as the scope is open. */
export const layer: Layer.Layer<never, never, DeepSeek | EventFeed | KeyVault | LiveSettings | Pipeline> =
  Layer.effectDiscard(probeRegularly)
