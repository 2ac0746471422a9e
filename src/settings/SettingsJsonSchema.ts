/**
 * The JSON Schema of the settings file, for editors: made of the schema that decodes it, with what each setting is and its
 * default from the table of variables. It is looser than the library in what JSON Schema can not say (limits that contradict
 * each other, addresses). Pure.
 */
import * as Schema from "effect/Schema"
import { Settings } from "../../schemas/Settings.ts"
import type { JsonObject } from "./SettingsFile.ts"
import { shown, valueAt } from "./SettingReport.ts"
import { type SettingPath, settingPaths, settingVariables } from "./Variables.ts"

/** The schema, in the draft of 2020-12. */
export const settingsJsonSchema = (): JsonObject => {
  const { properties, ...root } = strict(Schema.toJsonSchemaDocument(Settings).schema, "") as JsonObject
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "The settings file of ludeng",
    ...root,
    properties: { $schema: { type: "string" }, ...(properties as JsonObject) }
  }
}

const defaults = Schema.decodeUnknownSync(Settings)({})

/** With descriptions, and closed: a field that does not exist is an error, and not passed over. */
const strict = (node: unknown, place: string): unknown => {
  if (Array.isArray(node)) return node.map((it) => strict(it, place))
  if (typeof node !== "object" || node === null) return node
  const { additionalProperties, anyOf, properties, ...rest } = node as JsonObject
  const path = settingPaths.find((it) => it === place)
  return {
    ...(path === undefined ? {} : described(path)),
    ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, strict(value, `${place} ${name}`)])),
    ...(Array.isArray(anyOf) ? oneOrAny(anyOf.map((it) => strict(it, `${place} any`))) : {}),
    ...(properties === undefined
      ? additionalProperties === undefined || additionalProperties === true
        ? {}
        : { additionalProperties: strict(additionalProperties, `${place} more`) }
      : {
          properties: Object.fromEntries(
            Object.entries(properties as JsonObject).map(([name, value]) => [
              name,
              strict(value, place === "" ? name : `${place}.${name}`)
            ])
          ),
          additionalProperties: false
        })
  }
}

/** The same choice twice is one. */
const oneOrAny = (choices: ReadonlyArray<unknown>): JsonObject => {
  const texts = [...new Set(choices.map((it) => JSON.stringify(it)))]
  const left = texts.map((it) => JSON.parse(it) as JsonObject)
  return left.length === 1 ? (left[0] ?? {}) : { anyOf: left }
}

const described = (path: SettingPath): JsonObject => {
  const { about, form } = settingVariables[path]
  const value = valueAt(defaults, path)
  return { description: value === undefined ? about : `${about} (default ${shown(form, value)})` }
}
