import { assert, describe, it } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Schema from "effect/Schema"
import { nearestOf } from "../../../src/settings/NearestName.ts"
import { settingsJsonSchema } from "../../../src/settings/SettingsJsonSchema.ts"
import { documentOfValues, partsOfPatch, patched } from "../../../src/settings/SettingsPatch.ts"
import { settingPaths } from "../../../src/settings/Variables.ts"

const Path = Schema.Literals([...settingPaths])
const Values = Schema.Array(Schema.Tuple([Path, Schema.Int]))

describe("a patch of the settings", () => {
  it.prop("taken apart is what it was made of", [Values], ([values]) => {
    const given = new Map(values)
    const parts = partsOfPatch(documentOfValues(given) as never)
    assert.deepStrictEqual([...parts.given].toSorted(), [...given].toSorted())
    assert.deepStrictEqual([parts.problems.length, parts.removed.size], [0, 0])
  })

  it.prop("applied leaves all else as it was; taken back it leaves no trace", [Values, Values], ([before, after]) => {
    const document = documentOfValues(new Map(before))
    const given = new Map(after)
    const next = patched(document, { given, removed: new Set(), problems: [] })
    const expected = new Map([...before, ...after])
    assert.deepStrictEqual([...partsOfPatch(next as never).given].toSorted(), [...expected].toSorted())
    const back = patched(next, { given: new Map(), removed: new Set(expected.keys()), problems: [] })
    assert.deepStrictEqual(back, {})
  })

  it("null takes back a setting, and all of a group; what does not exist is a problem", () => {
    const parts = partsOfPatch({ budget: null, deepseek: { timeout: null, bogus: null } } as never)
    assert.includeMembers([...parts.removed], ["deepseek.timeout", "budget.perDay", "budget.perMonth"])
    assert.deepStrictEqual(
      parts.problems.map((it) => it.name),
      ["deepseek.bogus"]
    )
    for (const none of [null, [], "text", 1]) {
      assert.deepStrictEqual(
        partsOfPatch(none as never).problems.map((it) => it.problem),
        ["is not an object"]
      )
    }
  })
})

describe("the nearest name", () => {
  it("is found over letters put in, left out, changed or swapped, and never for the name itself", () => {
    const names = ["deepseek.timeout", "deepseek.retryLimit", "home"]
    for (const wrong of ["deepseek.timout", "deepseek.tiemout", "deepseek.timeouts", "deepsek.timeout"]) {
      assert.strictEqual(nearestOf(wrong, names), "deepseek.timeout")
    }
    assert.strictEqual(nearestOf("hme", names), "home")
    for (const far of ["deepseek.timeout", "elsewhere", "ho", ""]) assert.isUndefined(nearestOf(far, names))
  })
})

describe("the JSON Schema of the settings file", () => {
  it("takes what the library takes, and refuses fields that do not exist", () => {
    const isValid = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true }).compile(
      settingsJsonSchema()
    )
    const limits = [{ requests: 5, window: 60 }]
    assert.isTrue(isValid({ $schema: "x", deepseek: { apiKey: "k", timeout: 5, rateLimit: limits } }))
    for (const bad of [{ deepseek: { timout: 5 } }, { deepseek: { timeout: "5" } }, { budget: { perDay: -1 } }]) {
      assert.isFalse(isValid(bad))
    }
  })

  it("has every setting at its place, with what it is, and no field besides", () => {
    type Node = { readonly properties?: Readonly<Record<string, Node>>; readonly description?: string }
    const schema = settingsJsonSchema() as Node
    const at = (path: string) =>
      path.split(".").reduce<Node | undefined>((node, field) => node?.properties?.[field], schema)
    for (const path of settingPaths) assert.isString(at(path)?.description, path)
    const leaves = (node: Node, place: string): ReadonlyArray<string> =>
      node.properties === undefined || node.description !== undefined
        ? [place]
        : Object.entries(node.properties).flatMap(([name, it]) => leaves(it, place === "" ? name : `${place}.${name}`))
    assert.sameMembers([...leaves(schema, "")], ["$schema", ...settingPaths])
    assert.notInclude(JSON.stringify(schema), '"additionalProperties":true')
  })
})
