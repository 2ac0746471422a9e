/**
 * The templates in force. Default: the library's own; a host provides its own by `layers/enhancement/HostTemplates.ts`.
 *
 * They are read once, when `PromptEnhancer` is built. Their hash is part of the cache key: an answer to other words is
 * never taken for an answer to these.
 */
import * as Context from "effect/Context"
import * as Result from "effect/Result"
import { ConfigurationError } from "../../schemas/ConfigurationError.ts"
import type { EnhancementMode } from "../../schemas/Enhancement.ts"
import { PromptTemplateDocument } from "../../schemas/PromptTemplate.ts"
import { validateInput } from "../input/Validate.ts"
import { type MadeTemplate, makeTemplate, ownTemplates } from "./Templates.ts"

/** Templates that were found in order; there is no other way to them than `makePromptTemplates`. */
export class CheckedTemplates {
  readonly templates: Readonly<Record<EnhancementMode, MadeTemplate>>

  private constructor(templates: CheckedTemplates["templates"]) {
    this.templates = templates
  }

  /** The library's own. */
  static readonly own: CheckedTemplates = new CheckedTemplates(ownTemplates)

  /** **Errors** `ConfigurationError` with each field that can not be used. */
  static readonly make = (document: PromptTemplateDocument): Result.Result<CheckedTemplates, ConfigurationError> => {
    const checked = validateInput(PromptTemplateDocument, document, "promptTemplates")
    if (Result.isFailure(checked)) {
      const { expected, field, others = [], problem } = checked.failure
      const problems = [{ field, problem, expected }, ...others]
      return Result.fail(
        new ConfigurationError({ problems: problems.map(({ field: name, ...rest }) => ({ name, ...rest })) })
      )
    }
    const { balanced, creative, precise } = checked.success
    return Result.succeed(
      new CheckedTemplates({
        creative: makeTemplate("creative", creative),
        balanced: makeTemplate("balanced", balanced),
        precise: makeTemplate("precise", precise)
      })
    )
  }
}

/** Checks a host's templates. **Errors** as `CheckedTemplates.make`. */
export const makePromptTemplates = CheckedTemplates.make

/** The templates of a program. */
export const PromptTemplates = Context.Reference<CheckedTemplates>("@ludeng/providers/enhancement/PromptTemplates", {
  defaultValue: () => CheckedTemplates.own
})
