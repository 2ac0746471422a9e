/**
 * Forgiving reading of a field: what is not as expected counts as not there.
 *
 * For answers in which one field is worth money (the name of a paid job) and the others must not be able to hide it.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

/** An optional key that is absent where its value does not fit `schema`, instead of failing the whole. */
export const orAbsent = <S extends Schema.Top>(schema: S) =>
  Schema.catchDecoding<Schema.optionalKey<S>>(() => Effect.succeed(Option.none()))(Schema.optionalKey(schema))

/** A name as text; one that comes as a number is taken too, because a name is the only handle on what was paid. */
export const nameOf = <S extends Schema.Codec<string, string>>(schema: S) =>
  Schema.Union([
    schema,
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).pipe(
      Schema.decodeTo(schema, SchemaTransformation.transform({ decode: String, encode: Number }))
    )
  ])
