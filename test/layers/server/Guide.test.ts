/**
 * The commands of the guide to the HTTP face, run by a shell against the program as a person starts it: over a real socket,
 * with the curl that stands in the guide.
 */
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { runProgram } from "../../apps/cli/RunProgram.ts"

const root = path.resolve(import.meta.dirname, "../../..")
const guide = fs.readFileSync(path.join(root, "docs/guide/http.md"), "utf8")
const blocks = [...guide.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((it) => it[1] ?? "")

/** What a script wrote, and its exit code. */
interface Ran {
  readonly status: number | null
  readonly text: string
}

const runScript = (script: string, directory: string): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const shell = spawn("bash", ["-c", script], { cwd: directory, stdio: ["ignore", "pipe", "pipe"] })
    let text = ""
    for (const stream of [shell.stdout, shell.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()))
    shell.on("error", reject)
    shell.on("close", (status) => resolve({ status, text }))
  })

describe("the guide to the HTTP face", () => {
  it("shows commands that work, against the program itself", { timeout: 60_000 }, async () => {
    assert.isAtLeast(blocks.length, 7)
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ludeng-guide-"))
    try {
      let ran: Promise<Ran> | undefined
      const ended = await runProgram(["serve", "--port", "0", "--json"], {
        directory: folder,
        environment: { USE_MOCK_APIS: "true", MOCK_LATENCY: "20", LUDENG_HOME: path.join(folder, "home") },
        onOut: (text, child) => {
          if (ran !== undefined || !text.includes("\n")) return
          const { url } = JSON.parse(text.split("\n")[0] ?? "") as { readonly url: string }
          const script = `set -e -o pipefail\n${blocks.join("\n")}`.replaceAll("http://127.0.0.1:8080", url)
          ran = runScript(script, folder).finally(() => child.kill("SIGTERM"))
        }
      })
      const done = await ran
      assert.strictEqual(done?.status, 0, done?.text)
      assert.include(done?.text ?? "", "206")
      assert.include(done?.text ?? "", `"state":"Isolated"`)
      const picture = fs.readFileSync(path.join(folder, "fox.jpeg"))
      assert.deepStrictEqual([...picture.subarray(0, 2)], [0xff, 0xd8])
      // Being stopped is the proper end of a server.
      assert.strictEqual(ended.code, 0, ended.error)
      assert.strictEqual(ended.out.trimEnd().split("\n").length, 1)
    } finally {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  })
})
