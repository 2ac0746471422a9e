/**
 * Reads what a source file exports: each name with its docstring and its declaration as it stands there, without bodies.
 */
import { type Comment, type ParseResult, parseSync } from "oxc-parser"

/** One exported name. `declaration` is source text without what a reader of the interface does not need. */
export interface Declaration {
  readonly name: string
  readonly docstring: string
  readonly declaration: string
}

/** A name that a file takes from another one and exports. */
export interface Reexport {
  readonly name: string
  readonly from: string
}

/** What a file says for itself: its header, its exports, and those of others that it passes on. */
export interface SourceModule {
  readonly header: string
  readonly declarations: ReadonlyArray<Declaration>
  readonly reexports: ReadonlyArray<Reexport>
}

type Statement = ParseResult["program"]["body"][number]
type Exported = Extract<Statement, { readonly type: "ExportNamedDeclaration" }>
type Declared = NonNullable<Exported["declaration"]>

/** A docstring as Markdown. */
const markdownOf = (comment: Comment | undefined): string =>
  comment === undefined
    ? ""
    : comment.value
        .replace(/^\*/, "")
        .split("\n")
        .map((line) => line.replace(/^\s*\* ?/, ""))
        .join("\n")
        .trim()

const docstringBefore = (comments: ReadonlyArray<Comment>, text: string, start: number): Comment | undefined =>
  comments.findLast(
    (it) =>
      it.type === "Block" && it.value.startsWith("*") && it.end <= start && text.slice(it.end, start).trim() === ""
  )

/** Reads a file. */
export const readModule = (file: string, text: string): SourceModule => {
  const { comments, errors, program } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const [first] = comments
  const declarations: Array<Declaration> = []
  const reexports: Array<Reexport> = []
  for (const statement of program.body) {
    if (statement.type !== "ExportNamedDeclaration") continue
    if (statement.declaration !== null) {
      const docstring = markdownOf(docstringBefore(comments, text, statement.start))
      for (const name of namesOf(statement.declaration)) {
        declarations.push({ name, docstring, declaration: signatureOf(statement.declaration, text) })
      }
    }
    const from = statement.source?.value
    if (from === undefined) continue
    for (const { exported } of statement.specifiers) {
      if (exported.type === "Identifier") reexports.push({ name: exported.name, from })
    }
  }
  return { header: first?.start === 0 ? markdownOf(first) : "", declarations: together(declarations), reexports }
}

const namesOf = (declared: Declared): ReadonlyArray<string> => {
  if (declared.type === "VariableDeclaration") {
    return declared.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []))
  }
  return "id" in declared && declared.id?.type === "Identifier" ? [declared.id.name] : []
}

/** A schema and its type, or the overloads of a function, are one entry: the docstring stands on the first. */
const together = (declarations: ReadonlyArray<Declaration>): ReadonlyArray<Declaration> => {
  const byName = new Map<string, Declaration>()
  for (const it of declarations) {
    const before = byName.get(it.name)
    byName.set(
      it.name,
      before === undefined
        ? it
        : {
            name: it.name,
            docstring: [before.docstring, it.docstring].filter((text) => text !== "").join("\n\n"),
            declaration: `${before.declaration}\n${it.declaration}`
          }
    )
  }
  return [...byName.values()]
}

const signatureOf = (declared: Declared, text: string): string => {
  switch (declared.type) {
    case "FunctionDeclaration":
      return text.slice(declared.start, declared.body?.start ?? declared.end).trim()
    case "ClassDeclaration":
      return classSignature(declared, text)
    case "VariableDeclaration":
      return variableSignature(declared, text)
    default:
      return text.slice(declared.start, declared.end)
  }
}

type ClassDeclared = Extract<Declared, { readonly superClass: unknown }>

/** The public members without their bodies. */
const classSignature = (declared: ClassDeclared, text: string): string => {
  const head = text.slice(declared.start, declared.body.start).trim()
  const members = declared.body.body.flatMap((member) => {
    if (!("key" in member) || member.key.type === "PrivateIdentifier") return []
    const end = member.type === "MethodDefinition" ? (member.value.body?.start ?? member.end) : member.end
    return [`  ${text.slice(member.start, end).trim()}`]
  })
  return members.length === 0 ? `${head} {}` : `${head} {\n${members.join("\n")}\n}`
}

type VariableDeclared = Extract<Declared, { readonly type: "VariableDeclaration" }>

/** Up to its type where it has one; a function without its body; else all of it, since a schema is its own best text. */
const variableSignature = (declared: VariableDeclared, text: string): string => {
  const [declarator] = declared.declarations
  if (declarator === undefined) return text.slice(declared.start, declared.end)
  const { id, init } = declarator
  if (id.type === "Identifier" && id.typeAnnotation != null) return text.slice(declared.start, id.end).trim()
  const body = bodyOf(init)
  return text
    .slice(declared.start, body ?? declared.end)
    .trim()
    .replace(/\s*=>$/, "")
    .replace(/\s*\{$/, "")
}

type Initial = VariableDeclared["declarations"][number]["init"]

/** Where the body of a function begins, wrapped in a call such as `Effect.fnUntraced` or not. */
const bodyOf = (init: Initial): number | undefined => {
  if (init === null) return undefined
  if (init.type === "ArrowFunctionExpression") return bodyOf(init.body as Initial) ?? init.body.start
  if (init.type === "FunctionExpression") return init.body?.start
  if (init.type !== "CallExpression") return undefined
  const [first] = init.arguments
  return first?.type === "FunctionExpression" && first.generator ? first.body?.start : undefined
}
