/**
 * What every file of the library has in common: a size that one reads at a sitting, a header, a docstring on every
 * exported name; and what no file of the repository says.
 */
import { assert, describe, it } from "@effect/vitest"
import { filesOf, library, type SourceFile, withoutComments } from "./SourceFiles.ts"

const linesOf = (file: SourceFile): number => file.text.trimEnd().split("\n").length

const declaration = /^export (?:declare |abstract |async )*(?:const|let|class|interface|type|function\*?|enum) (\w+)/

/** The exported names without a docstring directly above one of their declarations, or above a pair they belong to. */
const undocumented = (file: SourceFile): ReadonlyArray<string> => {
  const documented = new Map<string, boolean>()
  let above = ""
  for (const line of file.text.split("\n")) {
    const name = declaration.exec(line)?.[1]
    if (name !== undefined) {
      const pair = declaration.exec(above)?.[1] ?? ""
      documented.set(
        name,
        documented.get(name) === true || above.trimEnd().endsWith("*/") || documented.get(pair) === true
      )
    }
    above = line
  }
  return [...documented].filter((it) => !it[1]).map((it) => `${file.path}: ${it[0]}`)
}

/** Words that unfinished or silenced code leaves behind; written so that this file does not hold them. */
const unfinished =
  /\b(?:TO[D]O|FIX[M]E|X{3}|HA[C]K)\b|@ts-(?:ign[o]re|noch[e]ck)|(?:es|ox)lint-disab[l]e|\.on[l]y\(|\bit\.sk[i]p\b/

/** Numbers of a list that is not in the repository, and papers that only its authors had; written as above. */
const foreign = /\b(?:tr[a]ps? \d+|the br[i]ef\b|br[i]ef'[s])/i

describe("Style", () => {
  it("files are small: none of the library, the programs and the scripts above 300 lines, half of the library below 90", () => {
    assert.deepStrictEqual(
      library
        .concat(filesOf("{apps,examples,scripts}/**/*.ts"))
        .filter((it) => linesOf(it) > 300)
        .map((it) => `${it.path}: ${linesOf(it)} lines`),
      []
    )
    const sizes = library.map(linesOf).toSorted((left, right) => left - right)
    assert.isAtMost(sizes[Math.floor(sizes.length / 2)] ?? 0, 90)
  })

  it("every file but the tests begins by saying what it is for", () => {
    const without = library
      .concat(filesOf("{apps,examples,scripts}/**/*.ts"))
      .filter((it) => !/^(?:#![^\n]*\n)?\/\*\*/.test(it.text))
      .map((it) => it.path)
    assert.deepStrictEqual(without, [])
  })

  it("every exported name of the library has a docstring", () => {
    assert.deepStrictEqual(library.flatMap(undocumented), [])
    const text = "/** Of both. */\nexport const width = 1\nexport const height = 1\n\nexport const bare = 2\n"
    assert.deepStrictEqual(undocumented({ path: "a.ts", text }), ["a.ts: bare"])
  })

  it("nothing is marked as unfinished, and no check is silenced", () => {
    const files = filesOf("{schemas,src,layers,mock-layers,apps,examples,benchmark,scripts,test}/**/*.{ts,mjs}")
    const found = files.flatMap((it) => {
      const problem = unfinished.exec(it.text) ?? /\bas any\b/.exec(withoutComments(it.text))
      return problem === null || it.path === "test/architecture/Style.test.ts" ? [] : [`${it.path}: ${problem[0]}`]
    })
    assert.deepStrictEqual(found, [])
    assert.match(["// TO", "DO: later"].join(""), unfinished)
  })

  it("nothing points to papers that are not in the repository", () => {
    const files = filesOf(
      "{schemas,src,layers,mock-layers,apps,examples,benchmark,scripts,test}/**/*.ts",
      "*.md",
      "docs/**/*.md"
    )
    // The numbers of the benchmark's checks stand in its own table.
    const found = files
      .filter((it) => !it.path.startsWith("benchmark/traps/"))
      .flatMap((it) =>
        it.text
          .split("\n")
          .filter((line) => foreign.test(line))
          .map((line) => `${it.path}: ${line.trim()}`)
      )
    assert.deepStrictEqual(found, [])
  })

  it("a test that replaces a module or a global runs alone, for the others share theirs", () => {
    const config = filesOf("vitest.config.ts")[0]?.text ?? ""
    const replacing = filesOf("test/**/*.test.ts").filter((it) => /\bvi\.(?:mock|doMock|spyOn|stub\w+)\(/.test(it.text))
    assert.isAtLeast(replacing.length, 2)
    assert.deepStrictEqual(
      replacing.map((it) => it.path).filter((path) => !config.includes(`"${path}"`)),
      []
    )
  })

  it("no barrel stands beside the modules: src/index.ts is the only index", () => {
    const files = filesOf("{schemas,src,layers,mock-layers,apps}/**/index.ts").map((it) => it.path)
    assert.deepStrictEqual(files, ["src/index.ts"])
    const stars = library.filter((it) => /^export \*/m.test(withoutComments(it.text))).map((it) => it.path)
    assert.deepStrictEqual(stars, [])
  })
})
