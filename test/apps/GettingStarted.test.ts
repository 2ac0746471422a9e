/** The commands of the guide for beginners do what it says, one after the other, in an empty folder. */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { runProgram } from "./cli/RunProgram.ts"

const guide = fs.readFileSync(new URL("../../docs/guide/getting-started.md", import.meta.url), "utf8")

const commands = [...guide.matchAll(/^npm run -s ludeng -- (.+)$/gm)].map((it) =>
  [...(it[1] ?? "").matchAll(/"([^"]*)"|(\S+)/g)].map((word) => word[1] ?? word[2] ?? "")
)

describe("getting started", () => {
  it("each command succeeds, and the first leaves a picture", async () => {
    assert.isAtLeast(commands.length, 5)
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ludeng-start-"))
    try {
      for (const command of commands) {
        const environment = { LUDENG_HOME: path.join(directory, "home") }
        const { code, error } = await runProgram(command, { directory, environment })
        assert.strictEqual(code, 0, `${command.join(" ")}: ${error}`)
      }
      assert.strictEqual(fs.readdirSync(path.join(directory, "pictures")).length, 1)
    } finally {
      fs.rmSync(directory, { recursive: true, force: true })
    }
  }, 120_000)
})
