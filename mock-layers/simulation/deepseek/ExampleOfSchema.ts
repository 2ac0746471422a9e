/**
 * What the simulated model answers where a message asks for JSON by a schema, and what it calls a tool with: the plainest
 * value that fits. Texts are the text it would have written.
 */
import { fieldOf, jsonOf } from "../Handler.ts"
import type { SentMessage } from "./ChatTokens.ts"

/** The JSON schema that a message holds on a line of its own, after words that end in `schema:`. */
export const schemaIn = (messages: ReadonlyArray<SentMessage>): unknown => {
  for (const { content } of messages) {
    const schema = jsonOf(/schema:\n(\{.*\})$/im.exec(content)?.[1] ?? "")
    if (schema !== undefined) return schema
  }
  return undefined
}

/** A value that fits a schema, as far as it is made of objects, lists, choices and plain values. */
export const exampleOf = (schema: unknown, text: string, root: unknown = schema, depth = 0): unknown => {
  if (depth > 8) return null
  const inner = (part: unknown) => exampleOf(part, text, root, depth + 1)
  const reference = fieldOf(schema, "$ref")
  if (typeof reference === "string") return inner(fieldOf(fieldOf(root, "$defs"), reference.split("/").at(-1) ?? ""))
  if (fieldOf(schema, "const") !== undefined) return fieldOf(schema, "const")
  for (const list of ["enum", "anyOf", "oneOf"]) {
    const choices = fieldOf(schema, list)
    if (Array.isArray(choices)) return list === "enum" ? choices[0] : inner(choices[0])
  }
  switch (fieldOf(schema, "type")) {
    case "object": {
      const properties = fieldOf(schema, "properties")
      if (typeof properties !== "object" || properties === null) return {}
      return Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, inner(part)]))
    }
    case "array":
      return [inner(fieldOf(schema, "items"))]
    case "integer":
    case "number":
      return fieldOf(schema, "minimum") ?? 1
    case "boolean":
      return true
    case "null":
      return null
    default:
      return text
  }
}
