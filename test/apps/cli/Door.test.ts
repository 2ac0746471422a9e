import { assert, describe, it } from "@effect/vitest"
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { programPath, runProgram } from "./RunProgram.ts"

const asNode = (version: string): ReadonlyArray<string> => {
  const source = `process.execPath = "/old/node"; Object.defineProperty(process.versions, "node", { value: "${version}" })`
  return ["--import", `data:text/javascript,${encodeURIComponent(source)}`]
}

/** The package as npm installs it: without sources, below node_modules. */
const installed = async (test: (program: string) => Promise<void>): Promise<void> => {
  const root = mkdtempSync(join(tmpdir(), "ludeng-installed-"))
  const folder = join(root, "node_modules", "@ludeng", "providers")
  mkdirSync(join(folder, "apps", "cli"), { recursive: true })
  mkdirSync(join(folder, "dist", "apps", "cli"), { recursive: true })
  copyFileSync(programPath, join(folder, "apps", "cli", "ludeng.mjs"))
  writeFileSync(join(folder, "package.json"), JSON.stringify({ version: "9.8.7", type: "module" }))
  writeFileSync(
    join(folder, "dist", "apps", "cli", "main.js"),
    "export const main = (args, version) => console.log(version, args.join(' '))\n"
  )
  // A source beside an installed program must not be taken: node refuses to strip types below node_modules.
  writeFileSync(join(folder, "apps", "cli", "main.ts"), "throw new Error('the source was taken')\n")
  await test(join(folder, "apps", "cli", "ludeng.mjs")).finally(() => rmSync(root, { recursive: true, force: true }))
}

describe("the door of the program", { timeout: 60_000 }, () => {
  it("installed, runs dist", () =>
    installed(async (program) => {
      const { code, out } = await runProgram(["enhance", "a fox"], { program })
      assert.deepStrictEqual([code, out], [0, "9.8.7 enhance a fox\n"])
    }))

  it("installed on an older Node, says what it found and what it needs, and ends with 5", () =>
    installed(async (program) => {
      const { code, out, error } = await runProgram(["enhance", "a fox"], { program, nodeArgs: asNode("22.18.0") })
      assert.deepStrictEqual([code, out, error], [5, "", "ludeng needs Node 22.19 or newer; this is Node 22.18.0.\n"])
    }))

  it("in a checkout on an older Node, runs with the Node of node_modules and passes its exit code on", async () => {
    const { code, error } = await runProgram(["enhance"], { nodeArgs: asNode("20.0.0") })
    assert.include(error, "Missing required argument: prompt")
    assert.strictEqual(code, 2)
  })

  it("prints the package's version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
      version: string
    }
    assert.deepStrictEqual(await runProgram(["--version"]), { code: 0, out: `${version}\n`, error: "" })
  })

  it("holds no syntax that Node 12 can not read", () => {
    const source = readFileSync(programPath, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
    for (const newer of [
      /\?\./,
      /\?\?/,
      /"node:/,
      /&&=|\|\|=/,
      /^\s*(?:const .*= )?await /m,
      /\.at\(/,
      /#[a-z]+\s*[;=(]/
    ]) {
      assert.notMatch(source, newer)
    }
  })
})
