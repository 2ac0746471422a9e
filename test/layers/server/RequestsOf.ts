/**
 * Requests made from an OpenAPI document: valid ones, and ones that are broken somewhere. Whoever reads the document could
 * send them, and nothing of our own code is used to make them.
 */

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [name: string]: Json }

/** A JSON schema, as far as the document uses it. */
export type JsonSchema = { readonly [keyword: string]: unknown }

interface Parameter {
  readonly name: string
  readonly in: "path" | "query" | "header"
  readonly required?: boolean
  readonly schema: JsonSchema
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>>
}

/** An operation of the document. */
export interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters: ReadonlyArray<Parameter>
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content>>
}

/** The document, as far as it is read here. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, "method" | "path">>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

/** Every operation. */
export const operationsOf = ({ paths }: ApiDocument): ReadonlyArray<Operation> =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path }))
  )

/** Chance that can be had again: mulberry32. */
export const chanceOf = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A request to be sent. */
export interface MadeRequest {
  readonly url: string
  readonly init: RequestInit
}

const oddTexts = [
  "",
  " ",
  "a red fox",
  "ä漢🦊",
  "\u0001",
  "'; DROP TABLE jobs;--",
  "../../etc/passwd",
  "x".repeat(5_000)
]
const oddValues: ReadonlyArray<Json> = [null, true, 0, -1, 1.5, 1e308, "", "text", [], {}, [null], { a: { b: [1] } }]

/** One request of an operation: as the document has it, or broken, as chance wants. */
export const requestOf = (operation: Operation, document: ApiDocument, chance: () => number): MadeRequest => {
  const pick = <A>(from: ReadonlyArray<A>): A => from[Math.floor(chance() * from.length)] as A
  const isBroken = chance() < 0.5

  const valueOf = (schema: JsonSchema, depth = 0): Json => {
    const reference = schema["$ref"]
    if (typeof reference === "string")
      return valueOf(document.components.schemas[reference.split("/").at(-1) ?? ""] ?? {}, depth)
    if ("const" in schema) return schema["const"] as Json
    if (Array.isArray(schema["enum"])) return pick(schema["enum"] as ReadonlyArray<Json>)
    for (const union of ["anyOf", "oneOf"] as const)
      if (Array.isArray(schema[union])) return valueOf(pick(schema[union] as ReadonlyArray<JsonSchema>), depth)
    const minimum = Number(schema["minimum"] ?? 0)
    const maximum = Number(schema["maximum"] ?? minimum + 100)
    switch (schema["type"]) {
      case "object": {
        const required = (schema["required"] ?? []) as ReadonlyArray<string>
        const entries = Object.entries((schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>)
          .filter(([name]) => required.includes(name) || (depth < 4 && chance() < 0.5))
          .map(([name, it]) => [name, valueOf(it, depth + 1)] as const)
        return Object.fromEntries(entries)
      }
      case "array":
        return Array.from({ length: Math.max(Number(schema["minItems"] ?? 0), Math.floor(chance() * 3)) }, () =>
          valueOf((schema["items"] ?? {}) as JsonSchema, depth + 1)
        )
      case "integer":
        return Math.round(minimum + chance() * (maximum - minimum))
      case "number":
        return minimum + chance() * (maximum - minimum)
      case "boolean":
        return chance() < 0.5
      case "string":
        return pick(["a red fox", "2026-11-24", "call_1", "1", "default"])
      default:
        return pick(oddValues)
    }
  }

  /** Breaks something somewhere in a value. */
  const broken = (value: Json): Json => {
    if (typeof value !== "object" || value === null || chance() < 0.2) return pick([...oddValues, ...oddTexts])
    if (Array.isArray(value)) return [...(value as ReadonlyArray<Json>), pick(oddValues)]
    const names = Object.keys(value)
    const name = names.length === 0 || chance() < 0.3 ? pick(["unknown", "__proto__x", "constructor", ""]) : pick(names)
    return { ...value, [name]: broken((value as Readonly<Record<string, Json>>)[name] ?? null) }
  }

  const textOf = ({ schema }: Parameter): string =>
    isBroken && chance() < 0.4 ? pick(oddTexts).slice(0, 500) : String(valueOf(schema) ?? "")
  const chosen = operation.parameters.filter(({ required }) => required === true || chance() < 0.5)
  const ofPlace = (place: Parameter["in"]) => chosen.filter((it) => it.in === place)
  let path = operation.path
  for (const it of ofPlace("path"))
    path = path.replace(`{${it.name}}`, encodeURIComponent(textOf(it) || "0").replaceAll(".", "%2E"))
  const query = new URLSearchParams(ofPlace("query").map((it): [string, string] => [it.name, textOf(it)]))
  const headers = new Headers({ prefer: "wait=0" })
  for (const it of ofPlace("header"))
    headers.set(
      it.name,
      textOf(it)
        .replace(/[^\x20-\x7e]/g, "")
        .slice(0, 200)
    )
  if (headers.has("prefer")) headers.set("prefer", pick(["wait=0", "wait=1", "nonsense", "wait=-1"]))

  const schema = operation.requestBody?.content?.["application/json"]?.schema
  const init: RequestInit = { method: operation.method, headers }
  if (schema !== undefined) {
    const value = valueOf(schema)
    headers.set(
      "content-type",
      isBroken && chance() < 0.1 ? pick(["text/plain", "", "application/xml"]) : "application/json"
    )
    const text = JSON.stringify(isBroken ? broken(value) : value)
    init.body = isBroken && chance() < 0.2 ? text.slice(0, Math.floor(chance() * text.length)) : text
  }
  const search = query.size === 0 ? "" : `?${query}`
  return { url: `${path}${search}`, init }
}
