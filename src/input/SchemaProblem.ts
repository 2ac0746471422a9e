/**
 * Reads the first problem, or every one, out of a schema's issue tree: where it is and what the schema expects there. The words of
 * `expected` come from the schema's own annotations, so that a person reads "1 to 4000 characters" and not the name of
 * a check; no value is ever read.
 */
import type * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import { defaultLeafHook } from "effect/SchemaIssue"

/** The way from the whole value to a part of it. */
export type Path = ReadonlyArray<PropertyKey>

/** **Details** `isOfRightKind`: the value has the right type, and a check on it failed. */
export interface SchemaProblem {
  readonly path: Path
  readonly expected: string
  readonly isUnknownField: boolean
  readonly isMissing: boolean
  readonly isOfRightKind: boolean
}

/** The first problem of `issue`, which came of decoding by the schema `ast`. */
export const firstProblem = (issue: SchemaIssue.Issue, ast: SchemaAST.AST): SchemaProblem =>
  visit(issue, ast, [], false)[0]

/** Every problem of `issue`, which came of decoding by the schema `ast` with `errors: "all"`. */
export const everyProblem = (issue: SchemaIssue.Issue, ast: SchemaAST.AST): ReadonlyArray<SchemaProblem> =>
  visit(issue, ast, [], false)

/**
 * The first problem in one line: `choices.0.message.content: missing, expected a string or null`. It names places of the
 * schema and what stands there by kind, never a value, so it may be logged, shown, and quoted in a corrected request.
 */
export const problemText = (issue: SchemaIssue.Issue, ast: SchemaAST.AST): string => {
  const { expected, isMissing, isUnknownField, path } = firstProblem(issue, ast)
  const place = path.length === 0 ? "answer" : path.map(String).join(".")
  return `${place}: ${isMissing ? "missing, " : ""}${isUnknownField ? "unknown field, " : ""}expected ${expected}`
}

/** What a schema says that it expects at a place; of the decoded side, where `ast` is that. */
export const expectedAt = (ast: SchemaAST.AST, path: Path): string | undefined => {
  const part = partAt(ast, path)
  return part === undefined ? undefined : expectedBy(part)
}

const visit = (
  issue: SchemaIssue.Issue,
  ast: SchemaAST.AST | undefined,
  path: Path,
  isOfRightKind: boolean
): readonly [SchemaProblem, ...ReadonlyArray<SchemaProblem>] => {
  const found = { path, isUnknownField: false, isMissing: false, isOfRightKind }
  switch (issue._tag) {
    case "Pointer":
      return visit(issue.issue, partAt(ast, issue.path), [...path, ...issue.path], false)
    case "Filter":
      return visit(issue.issue, ast, path, true)
    case "Encoding":
      return visit(issue.issue, ast ?? issue.ast, path, isOfRightKind)
    case "Composite": {
      const [first, ...others] = issue.issues
      return [
        ...visit(first, issue.ast, path, isOfRightKind),
        ...others.flatMap((other) => visit(other, issue.ast, path, isOfRightKind))
      ]
    }
    case "UnexpectedKey":
      return [{ ...found, expected: fieldsOf(issue.ast, "one of"), isUnknownField: true }]
    case "AnyOf":
    case "InvalidType":
    case "OneOf":
      return [{ ...found, expected: expectedBy(ast ?? issue.ast) }]
    case "InvalidValue":
    case "MissingKey":
    case "Forbidden": {
      const expected = ast === undefined ? defaultLeafHook(issue) : expectedBy(ast)
      return [{ ...found, expected, isMissing: issue._tag === "MissingKey" }]
    }
  }
}

const partAt = (ast: SchemaAST.AST | undefined, path: Path): SchemaAST.AST | undefined =>
  path.reduce<SchemaAST.AST | undefined>((whole, key) => {
    if (whole?._tag === "Objects") {
      return (whole.propertySignatures.find((it) => it.name === key) ?? whole.indexSignatures[0])?.type
    }
    if (whole?._tag === "Arrays") return whole.elements[Number(key)] ?? whole.rest[0]
    return undefined
  }, ast)

/** What a schema expects of input: its encoded side's words, else its checks', else its own, else its type's name. */
const expectedBy = (ast: SchemaAST.AST): string =>
  ast.encoding === undefined
    ? (annotated(ast.checks?.at(-1)?.annotations) ?? annotated(ast.annotations) ?? typeName(ast))
    : expectedBy(ast.encoding.at(-1)?.to ?? ast.encoding[0].to)

const annotated = (annotations: { readonly [key: string]: unknown } | undefined): string | undefined =>
  typeof annotations?.["expected"] === "string" ? annotations["expected"] : undefined

const typeName = (ast: SchemaAST.AST): string => {
  switch (ast._tag) {
    case "Literal":
      return JSON.stringify(typeof ast.literal === "bigint" ? String(ast.literal) : ast.literal)
    case "Union":
      return ast.types.map(expectedBy).join(" or ")
    case "Objects":
      return fieldsOf(ast)
    case "Arrays":
      return "a list"
    case "Boolean":
      return "true or false"
    case "Null":
      return "null"
    case "Declaration":
      return "a valid value"
    default:
      return `a ${ast._tag.toLowerCase()}`
  }
}

const fieldsOf = (ast: SchemaAST.AST, lead: string = "an object with"): string => {
  if (ast._tag !== "Objects" || ast.propertySignatures.length === 0) return "an object"
  return `${lead} the fields ${ast.propertySignatures.map((it) => String(it.name)).join(", ")}`
}
