/**
 * Decoders of schemas that are used for every call: compiled where the engine may compile, interpreted where it may not.
 * They decode alike.
 *
 * **Gotchas** The compiler is an unstable module of Effect; nothing else of the library knows of it.
 */
import * as Schema from "effect/Schema"
import * as SchemaJITCompiler from "effect/schema/SchemaJITCompiler"

/** `Schema.decodeUnknownResult`, compiled on first use. */
export const decodeCompiled = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S
): ReturnType<typeof Schema.decodeUnknownResult<S>> => {
  SchemaJITCompiler.enable(schema.ast)
  return Schema.decodeUnknownResult(schema)
}
