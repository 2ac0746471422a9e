/**
 * Values without Effect's types: what JSON can hold, for whoever does not write Effect. A field that holds a `Duration`
 * becomes a number of milliseconds, and its name says so: `retryAfter` becomes `retryAfterMillis`.
 */
import * as Duration from "effect/Duration"

type PlainKey<K, V> = K extends string
  ? [Exclude<V, undefined>] extends [never]
    ? K
    : [Exclude<V, undefined>] extends [Duration.Duration]
      ? `${K}Millis`
      : K
  : never

/** A value of type `A`, made plain. Names stay branded; arrays and objects keep their shape. */
export type Plain<A> = A extends Duration.Duration
  ? number
  : A extends string | number | boolean | null | undefined
    ? A
    : A extends ReadonlyArray<infer B>
      ? ReadonlyArray<Plain<B>>
      : A extends object
        ? { readonly [K in keyof A as PlainKey<K, A[K]>]: Plain<A[K]> }
        : unknown

/**
 * Makes a value plain: a copy, whose fields are those of the value itself.
 *
 * **Units** durations in milliseconds.
 *
 * ```ts
 * import * as Duration from "effect/Duration"
 * import { plain } from "@ludeng/providers/schemas/Plain"
 *
 * plain({ _tag: "Cached", age: Duration.seconds(2) }) // => { _tag: "Cached", ageMillis: 2000 }
 * ```
 */
export const plain = <A>(value: A): Plain<A> => plainOf(value) as Plain<A>

const plainOf = (value: unknown): unknown => {
  if (Duration.isDuration(value)) return Duration.toMillis(value)
  if (Array.isArray(value)) return value.map(plainOf)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [Duration.isDuration(field) ? `${name}Millis` : name, plainOf(field)])
  )
}
