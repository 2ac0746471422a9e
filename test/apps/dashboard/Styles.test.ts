/** The style sheets of the page: small, named by what they are for, and nothing in them that nobody uses. */
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"

const folder = path.resolve(import.meta.dirname, "../../../apps/dashboard")
const read = (file: string): string => fs.readFileSync(path.join(folder, file), "utf8")
const sheets = fs.globSync("styles/*.css", { cwd: folder }).toSorted()
const page = read("index.html")
const sources = fs.globSync("**/*.{html,js}", { cwd: folder }).map(read).join("\n")

/** Selectors alone, without comments and declarations. */
const selectorsOf = (sheet: string): ReadonlyArray<string> =>
  [
    ...read(sheet)
      .replaceAll(/\/\*[\s\S]*?\*\//g, "")
      .matchAll(/([^{};]+)\{/g)
  ]
    .map((it) => (it[1] ?? "").trim())
    .filter((it) => !it.startsWith("@"))

describe("the style sheets", () => {
  it("are small, and each is linked once by the page", () => {
    assert.isAtLeast(sheets.length, 8)
    for (const sheet of sheets) {
      assert.isBelow(read(sheet).split("\n").length, 300, sheet)
      assert.lengthOf(page.match(new RegExp(`href="/dashboard/${sheet}"`, "g")) ?? [], 1, sheet)
    }
    assert.isBelow(page.indexOf("styles/colours.css"), page.indexOf("styles/base.css"))
  })

  it("have no rule for a class or an id that the page does not have, and no colour that is not used", () => {
    for (const sheet of sheets) {
      const selectors = selectorsOf(sheet)
      assert.isNotEmpty(selectors, sheet)
      for (const name of selectors.flatMap((it) =>
        [...it.matchAll(/[.#]([a-z][\w-]*)/g)].map((found) => found[1] ?? "")
      )) {
        assert.match(sources, new RegExp(`["'\\s]${name}["'\\s]`), `${sheet}: ${name}`)
      }
    }
    const styles = sheets.map(read).join("\n")
    const variables = new Set([...read("styles/colours.css").matchAll(/--([\w-]+):/g)].map((it) => it[1] ?? ""))
    for (const name of variables) {
      const isUsed = styles.includes(`var(--${name})`) || sources.includes(`"${name.replace(/-wash$/, "")}"`)
      assert.isTrue(isUsed, name)
    }
  })
})
