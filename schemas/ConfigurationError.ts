/**
 * Why settings can not be used.
 */
import * as Schema from "effect/Schema"

/** A problem of one setting. */
export const SettingProblem = Schema.Struct({ name: Schema.String, problem: Schema.String, expected: Schema.String })
export interface SettingProblem extends Schema.Schema.Type<typeof SettingProblem> {}

/**
 * The settings can not be used; every problem is listed, with the variable's or field's name, and never its value.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Live from "@ludeng/providers/layers/Live"
 *
 * const live = Live.layerWith({ deepseek: { timeout: -1 } })
 * const error = await Effect.runPromise(Effect.flip(Effect.scoped(Layer.build(live))))
 * error.problems.map((it) => it.name) // => ["deepseek.timeout", "DEEPSEEK_API_KEY", "NANOBANANA_API_KEY"]
 * ```
 */
export class ConfigurationError extends Schema.TaggedError<ConfigurationError>()("ConfigurationError", {
  problems: Schema.Array(SettingProblem)
}) {
  override get message(): string {
    return this.problems.map((it) => `${it.name}: ${it.problem}, expected ${it.expected}`).join("\n")
  }
  /** The problems and the message. */
  override toJSON(): object {
    return { ...this, message: this.message }
  }
}
