/**
 * A host's own words to the model: provide it to a composition, live or simulated.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { PromptEnhancer } from "@ludeng/providers"
 * import * as HostTemplates from "@ludeng/providers/layers/enhancement/HostTemplates"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const rules = "You write captions for a children's book. Turn the text into one short, friendly scene."
 * const templates = HostTemplates.layerFromCode({ balanced: { rules } })
 * const program = PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))
 * const { provenance } = await Effect.runPromise(program.pipe(Effect.provide(Layer.provide(Mock.layer, templates))))
 * provenance // => { _tag: "Live" }
 * ```
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ConfigurationError } from "../../schemas/ConfigurationError.ts"
import type { PromptTemplateDocument } from "../../schemas/PromptTemplate.ts"
import { makePromptTemplates, PromptTemplates } from "../../src/enhancement/PromptTemplates.ts"

/**
 * The templates of a document; a mode that it does not name keeps the library's own.
 *
 * **Errors** `ConfigurationError` with each field that can not be used, `promptTemplates.creative.rules` for example.
 */
export const layerFromCode = (document: PromptTemplateDocument): Layer.Layer<never, ConfigurationError> =>
  Layer.effect(
    PromptTemplates,
    Effect.suspend(() => Effect.fromResult(makePromptTemplates(document)))
  )
