/**
 * The documents say what the code says: generated tables, names of variables, files that are linked to.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Scenario } from "../../mock-layers/simulation/Script.ts"
import { Api } from "../../schemas/http-face/Api.ts"
import { Authorization } from "../../schemas/http-face/Middleware.ts"
import { documentTables, withTable } from "../../scripts/document-tables.ts"
import { referencePages, stalePages } from "../../scripts/reference.ts"
import { settingPaths, settingVariables, wideVariables } from "../../src/settings/Variables.ts"
import { filesOf, root } from "./SourceFiles.ts"

const read = (file: string): string => fs.readFileSync(path.join(root, file), "utf8")

// The reference repeats the docstrings, and is held to them.
const documents = filesOf("*.md", "docs/**/*.md").filter((it) => !it.path.startsWith("docs/reference/"))

const variables = [...settingPaths.map((it) => settingVariables[it]), ...wideVariables].map((it) => it.name)

const programVariables = [
  "LUDENG_CONFIG",
  "USE_MOCK_APIS",
  "MOCK_FAILURE_RATE",
  "MOCK_LATENCY",
  "MOCK_SCENARIO",
  "MOCK_SEED"
]

describe("Documents", () => {
  for (const { document, make, name } of documentTables) {
    it(`the table of ${name} in ${document} is what the code decides`, () => {
      const text = read(document)
      assert.strictEqual(text, withTable(text, name, make()))
    })
  }

  it("every variable stands in the reference of settings and in .env.example", () => {
    const reference = read("docs/guide/configuration.md")
    const example = read(".env.example")
    for (const name of [...variables, ...programVariables]) {
      assert.include(reference, `\`${name}\``)
      assert.match(example, new RegExp(`^(?:# )?${name}=`, "m"))
    }
  })

  it(".env.example and the documents name no variable that is not there", () => {
    const known = new Set([...variables, ...programVariables, "LUDENG_LIVE_BUDGET"])
    const named = [...documents.map((it) => it.text), read(".env.example")].flatMap(
      (text) => text.match(/\b(?:DEEPSEEK|NANOBANANA|LUDENG|MOCK|USE)_[A-Z_]+\b(?!_)/g) ?? []
    )
    assert.deepStrictEqual(
      named.filter((it) => !known.has(it)),
      []
    )
  })

  it("every scenario of the simulation stands in the guide to testing", () => {
    const guide = read("docs/guide/testing.md")
    for (const scenario of Scenario.literals) assert.match(guide, new RegExp(`^\\| \`${scenario}\` \\|`, "m"))
  })

  it("every database of the home stands in the guide to operations, with what its loss means", () => {
    const guide = read("docs/guide/operations.md")
    const databases = filesOf("layers/**/*.ts").flatMap((it) =>
      [...it.text.matchAll(/"([a-z]+\.db)"/g)].map((at) => at[1])
    )
    assert.isAtLeast(new Set(databases).size, 5)
    for (const database of databases) assert.match(guide, new RegExp(`^\\| \`${database}\` \\| .+ \\| .+ \\|$`, "m"))
  })

  it("every path of the face that asks for no token stands in the guide to security", () => {
    const row = /^\| no token asked \| (.+) \|$/m.exec(read("docs/guide/security.md"))?.[1] ?? ""
    const open = Object.values(Api.groups)
      .flatMap((group) => Object.values(group.endpoints))
      .filter((it) => ![...it.middlewares].some(({ key }) => key === Authorization.key))
      .map((it) => it.path)
    assert.includeMembers(open, ["/health/live"])
    for (const route of open) assert.include(row, `\`${route}\``)
  })

  it("the reference says what the sources say: npm run reference", () => {
    assert.deepStrictEqual(stalePages(referencePages()), [])
  })

  it("every file that a document links to is there", () => {
    const broken = documents.flatMap((document) =>
      [...document.text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map((it) => path.posix.join(path.posix.dirname(document.path), it[1] ?? ""))
        .filter((target) => !fs.existsSync(path.join(root, target)))
        .map((target) => `${document.path}: ${target}`)
    )
    assert.deepStrictEqual(broken, [])
  })

  it("every path of the repository that a document names is there", () => {
    const rooms = "schemas|src|layers|mock-layers|test|scripts|docs|apps|examples"
    const named = documents.flatMap((document) =>
      [...document.text.matchAll(new RegExp(`\`((?:${rooms})/[\\w./-]+)\``, "g"))].map((it) => [
        document.path,
        it[1] ?? ""
      ])
    )
    assert.isAtLeast(named.length, 20)
    assert.deepStrictEqual(
      named.filter(([, target]) => !fs.existsSync(path.join(root, target ?? ""))),
      []
    )
  })

  it("ARCHITECTURE.md has at most 150 lines", () => {
    assert.isAtMost(read("ARCHITECTURE.md").trimEnd().split("\n").length, 150)
  })

  it("every decision has the same six parts", () => {
    const parts = ["Status", "Context", "Options", "Decision", "Evidence", "Consequences"]
    const decisions = documents.filter((it) => it.path.startsWith("docs/adr/"))
    assert.isAtLeast(decisions.length, 8)
    for (const decision of decisions) {
      assert.deepStrictEqual(
        [...decision.text.matchAll(/^## (.+)$/gm)].map((it) => it[1]),
        parts,
        decision.path
      )
    }
  })
})
