/**
 * Turns what a caller gave into what a schema promises, or into the one `InputRejected` that names the fields, what is
 * wrong with each and what was expected. Values are never printed: a text is told by its length or by one code point, because it
 * may be a prompt or a key.
 *
 * A field that is `undefined` counts as absent, because not every caller compiles with exact optional properties.
 * Nothing is sanitised here; `Sanitize.ts` goes first where a field holds a person's words.
 */
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type * as SchemaIssue from "effect/SchemaIssue"
import type { InputRejected } from "../../schemas/Reason.ts"
import { decodeCompiled } from "./CompiledSchema.ts"
import { isPlainObject, mapLeaves, unfitCodePoint } from "./Sanitize.ts"
import { everyProblem, firstProblem, type Path, type SchemaProblem } from "./SchemaProblem.ts"

/**
 * Decodes `input` by `schema`; fields the schema does not know are refused, and so is text with control characters,
 * bidi overrides or halves of surrogate pairs.
 *
 * **Details** `field` is the path, dotted, after `prefix`: `parameters.focus.2`. It is `input` (or the prefix) where the
 * whole is wrong.
 *
 * **Errors** `InputRejected` for the first problem, with the `others`; the caller corrects the fields.
 */
export const validateInput = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  input: unknown,
  prefix?: string
): Result.Result<S["Type"], typeof InputRejected.Type> =>
  validateCopy(
    schema,
    mapLeaves(input, (it) => it),
    prefix
  )

/**
 * The same for what `sanitizeInput` has just made: a copy that is nobody else's, and without fields that are `undefined`.
 */
export const validateCopy = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  input: unknown,
  prefix?: string
): Result.Result<S["Type"], typeof InputRejected.Type> => {
  const decoded = decoderOf(schema)(input, strict)
  if (Result.isFailure(decoded)) return Result.fail(rejectionOf(schema, input, decoded.failure.issue, prefix))
  const stranger = firstStranger(input, [])
  if (stranger !== undefined) {
    return Result.fail({
      _tag: "InputRejected",
      field: fieldName(stranger, prefix),
      problem: "an object of a class",
      expected: "a plain object"
    })
  }
  const unfit = firstUnfitText(decoded.success, [])
  return unfit === undefined
    ? Result.succeed(decoded.success)
    : Result.fail({
        _tag: "InputRejected",
        field: fieldName(unfit.path, prefix),
        problem: `holds ${codePointName(unfit.code)}`,
        expected: "text of whole characters, without control and bidi-override characters"
      })
}

const strict = { onExcessProperty: "error", errors: "first" } as const
const strictInAll = { onExcessProperty: "error", errors: "all" } as const

/** What `first` is a part of: it is looked for whatever else is wrong only once something is. */
const rejectionOf = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  input: unknown,
  first: SchemaIssue.Issue,
  prefix: string | undefined
): typeof InputRejected.Type => {
  const all = decoderOf(schema)(input, strictInAll)
  const told = (problem: SchemaProblem) => ({
    field: fieldName(problem.path, prefix),
    problem: problem.isUnknownField ? "unknown field" : describe(valueAt(input, problem.path), problem.isOfRightKind),
    expected: problem.expected
  })
  const rejected = told(firstProblem(first, schema.ast))
  const every = Result.isFailure(all) ? everyProblem(all.failure.issue, schema.ast).map(told) : []
  const others = every.filter(
    ({ field }, index) => field !== rejected.field && every.findIndex((it) => it.field === field) === index
  )
  return { _tag: "InputRejected", ...rejected, ...(others.length === 0 ? {} : { others }) }
}

/** Two rejections of one call as one. */
export const togetherRejected = (
  rejected: typeof InputRejected.Type,
  other: typeof InputRejected.Type | undefined
): typeof InputRejected.Type => {
  if (other === undefined) return rejected
  const { expected, field, others = [], problem } = other
  return { ...rejected, others: [...(rejected.others ?? []), { field, problem, expected }, ...others] }
}

const decoders = new WeakMap<Schema.ConstraintDecoder<unknown>, unknown>()

/** The decoder of a schema, made once. */
const decoderOf = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
  type Decoder = ReturnType<typeof Schema.decodeUnknownResult<S>>
  const known = decoders.get(schema) as Decoder | undefined
  if (known !== undefined) return known
  const decoder = decodeCompiled(schema)
  decoders.set(schema, decoder)
  return decoder
}

const fieldName = (path: Path, prefix: string | undefined): string => {
  const names = path.map((key) => (/^[\w$-]{1,60}$/.test(String(key)) ? String(key) : "(unprintable)"))
  const parts = prefix === undefined ? names : [prefix, ...names]
  return parts.length === 0 ? "input" : parts.join(".")
}

const codePointName = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, "0")}`

const valueAt = (input: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    input
  )

const describe = (value: unknown, isOfRightKind: boolean): string => {
  if (value === undefined) return "missing"
  if (value === null) return "null"
  if (typeof value === "string") return counted(Array.from(value).length, "character")
  if (Array.isArray(value)) return counted(value.length, "item")
  if (typeof value === "number" && !Number.isFinite(value)) return "not a finite number"
  if (Duration.isDuration(value)) return `is ${Duration.format(value)}`
  if (typeof value === "number" && isOfRightKind) {
    return Number.isInteger(value) ? "a number out of range" : "a number that does not fit"
  }
  return typeof value === "object" ? "an object" : `a ${typeof value}`
}

/** The way to the first object that is neither plain nor a list: nothing in it has been looked at, or sanitised. */
const firstStranger = (value: unknown, path: Path): Path | undefined => {
  if (typeof value !== "object" || value === null || Duration.isDuration(value)) return undefined
  if (!Array.isArray(value) && !isPlainObject(value)) return path
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner !== "object") continue
    const found = firstStranger(inner, [...path, key])
    if (found !== undefined) return found
  }
  return undefined
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

const firstUnfitText = (value: unknown, path: Path): { readonly path: Path; readonly code: number } | undefined => {
  if (typeof value === "string") {
    const code = unfitCodePoint(value)
    return code === undefined ? undefined : { path, code }
  }
  if (!Array.isArray(value) && !isPlainObject(value)) return undefined
  for (const [key, inner] of Object.entries(value)) {
    const unfit = firstUnfitText(inner, [...path, key])
    if (unfit !== undefined) return unfit
  }
  return undefined
}
