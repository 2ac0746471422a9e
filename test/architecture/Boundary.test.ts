/**
 * The rooms of the repository, read from the imports of every file.
 */
import { assert, describe, it } from "@effect/vitest"
import { importsOf, violationsOf } from "./BoundaryRules.ts"
import { filesOf, library } from "./SourceFiles.ts"

const violations = (path: string, text: string) => violationsOf({ path, text })

describe("Boundary", () => {
  it("no file imports or uses what its room forbids", () => {
    const files = filesOf("{schemas,src,layers,mock-layers,apps,examples,benchmark,scripts,test}/**/*.{ts,mjs}")
    assert.isAbove(files.length, 60)
    assert.deepStrictEqual(files.flatMap(violationsOf), [])
  })

  it("every import is seen: static, type, re-export, side effect, dynamic, over several lines", () => {
    const text = [
      `import * as Effect from "effect/Effect"`,
      `import type { A } from "./A.ts"`,
      `import {\n  b,\n  type B\n} from '../B.ts'`,
      `export { c } from "./C.ts"`,
      `export * from "./D.ts"`,
      `import "./E.ts"`,
      `const f = await import("./F.ts")`,
      `// import { g } from "./G.ts"`,
      `const text = "h"`
    ].join("\n")
    assert.deepStrictEqual(
      importsOf(text).map((it) => it.specifier),
      ["effect/Effect", "./A.ts", "../B.ts", "./C.ts", "./D.ts", "./E.ts", "./F.ts"]
    )
  })

  it("an import against the direction is caught in every room", () => {
    assert.deepStrictEqual(violations("schemas/A.ts", `import { x } from "../src/B.ts"`), [
      "schemas/A.ts: schemas imports src"
    ])
    assert.deepStrictEqual(violations("src/a/A.ts", `import type { x } from "../../layers/B.ts"`), [
      "src/a/A.ts: src imports layers"
    ])
    assert.deepStrictEqual(violations("layers/A.ts", `export * from "../mock-layers/B.ts"`), [
      "layers/A.ts: layers imports mock-layers"
    ])
    assert.deepStrictEqual(violations("mock-layers/A.ts", `import { x } from "../apps/cli/B.ts"`), [
      "mock-layers/A.ts: mock-layers imports apps"
    ])
    assert.deepStrictEqual(violations("layers/A.ts", `await import("../test/B.ts")`), [
      "layers/A.ts: layers imports test"
    ])
    assert.deepStrictEqual(violations("examples/a.ts", `import { x } from "../apps/cli/B.ts"`), [
      "examples/a.ts: examples imports apps"
    ])
    assert.deepStrictEqual(violations("mock-layers/A.ts", `import { x } from "../layers/B.ts"`), [])
  })

  it("schemas and src get nothing but Effect without Layer, hashes, and libraries that only compute", () => {
    assert.deepStrictEqual(violations("src/A.ts", `import * as Layer from "effect/Layer"`), ["src/A.ts: imports Layer"])
    assert.deepStrictEqual(violations("src/A.ts", `import { Effect } from "effect"`), [
      "src/A.ts: imports the barrel of effect"
    ])
    assert.deepStrictEqual(violations("src/A.ts", `import * as fs from "node:fs"`), ["src/A.ts: imports node:fs"])
    assert.deepStrictEqual(violations("src/A.ts", `import { request } from "undici"`), ["src/A.ts: imports undici"])
    assert.deepStrictEqual(violations("src/A.ts", `import { hash } from "node:crypto"`), [])
    assert.deepStrictEqual(violations("src/A.ts", `import { hash, randomInt } from "node:crypto"`), [
      "src/A.ts: imports node:crypto"
    ])
    assert.deepStrictEqual(violations("schemas/A.ts", `import ipaddr from "ipaddr.js"`), [
      "schemas/A.ts: imports ipaddr.js"
    ])
  })

  it("schemas and src get clock, chance, timers, the environment and the network from services only", () => {
    const uses = [
      "Date.now()",
      "new Date()",
      "performance.now()",
      "Math.random()",
      "globalThis.crypto.randomUUID()",
      "setTimeout(f, 1)",
      "setInterval(f, 1)",
      "AbortSignal.timeout(1)",
      "process.env.HOME",
      "fetch(url)"
    ]
    for (const use of uses) {
      assert.lengthOf(violations("src/A.ts", `const value = ${use}`), 1, use)
      assert.lengthOf(violations("schemas/A.ts", `const value = ${use}`), 1, use)
      assert.lengthOf(violations("src/A.ts", `// ${use}\n/* ${use} */`), 0, use)
    }
    assert.deepStrictEqual(violations("src/A.ts", `const time = new Date(millis); Date.parse("x")`), [])
  })

  it("src has no folder that an export pattern would take for a room", () => {
    assert.deepStrictEqual(
      library.filter((it) => /^src\/(schemas|layers|mock-layers)\//.test(it.path)).map((it) => it.path),
      []
    )
  })
})
