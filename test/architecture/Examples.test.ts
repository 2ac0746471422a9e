/**
 * The reader of examples: what it takes for one, and that a promised value is really compared.
 */
import { assert, describe, it } from "@effect/vitest"
import { type Example, examplesOf, moduleOf } from "../../scripts/example-fences.ts"

const example = (...lines: ReadonlyArray<string>): Example => ({ file: "a.md", line: 3, isRun: true, lines })

/** Runs the statements of an example's module, and gives what it compared. */
const compared = (...lines: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const pairs: Array<unknown> = []
  const statements = moduleOf(example(...lines), "checker")
    .split("\n")
    .slice(1, -2)
    .join("\n")
  const body = new Function("expectation", statements) as (
    expectation: (...pair: ReadonlyArray<unknown>) => void
  ) => void
  body((...pair) => pairs.push(pair))
  return pairs
}

describe("Examples", () => {
  it("fences are found in documents and in docstrings, others are left alone", () => {
    const document = "# A\n\n```ts\none\n```\n\n```sh\nnpm test\n```\n\n```ts types\ntwo\n```\n"
    assert.deepStrictEqual(examplesOf("a.md", document), [
      { file: "a.md", line: 4, isRun: true, lines: ["one"] },
      { file: "a.md", line: 12, isRun: false, lines: ["two"] }
    ])
    const source = "/**\n * A.\n *\n * ```ts\n * one\n *\n *   two\n * ```\n */\nexport const a = 1\n"
    assert.deepStrictEqual(examplesOf("a.ts", source), [
      { file: "a.ts", line: 5, isRun: true, lines: ["one", "", "  two"] }
    ])
  })

  it("a module keeps the document's line numbers", () => {
    assert.strictEqual(moduleOf(example("const a = 1"), "checker").split("\n")[2], "const a = 1")
  })

  it("an expression, a constant and a printed value are compared with what stands after the arrow", () => {
    assert.deepStrictEqual(compared("1 + 1 // => 3"), [[2, 3, "a.md:3"]])
    assert.deepStrictEqual(compared("const two = 1 + 1 // => 2"), [[2, 2, "a.md:3"]])
    assert.deepStrictEqual(compared("console.log([1].length) // => 1"), [[1, 1, "a.md:3"]])
    assert.deepStrictEqual(compared("const a = 1", `"x" // => "x"`), [["x", "x", "a.md:4"]])
  })

  it("a statement of several lines is compared whole", () => {
    assert.deepStrictEqual(compared("Math.max(", "  1,", "  2", ") // => 2"), [[2, 2, "a.md:6"]])
    assert.deepStrictEqual(compared("[1, 2]", "  .map((it) => it + 1)", "  .length // => 2"), [[2, 2, "a.md:5"]])
    assert.deepStrictEqual(compared("const b = [1]", "  .map((it) => ({", "    it", "  })) // => [{ it: 1 }]"), [
      [[{ it: 1 }], [{ it: 1 }], "a.md:6"]
    ])
  })
})
