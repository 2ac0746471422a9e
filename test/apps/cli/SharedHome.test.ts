import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runProgram } from "./RunProgram.ts"

const environment = { USE_MOCK_APIS: "true", LUDENG_STORE: "sqlite" }

describe("programs that share a home", { timeout: 60_000 }, () => {
  it("answer from what another one has paid for", async () => {
    const directory = mkdtempSync(join(tmpdir(), "ludeng-home-"))
    const enhance = async () => {
      const { code, error, out } = await runProgram(["enhance", "a red fox in the snow", "--json"], {
        directory,
        environment
      })
      assert.strictEqual(code, 0, error)
      const { enhanced } = JSON.parse(out) as {
        readonly enhanced: { readonly provenance: { readonly _tag: string }; readonly prompt: string }
      }
      return enhanced
    }
    try {
      const [first, second] = [await enhance(), await enhance()]
      assert.deepStrictEqual([first.provenance._tag, second.provenance._tag], ["Live", "Cached"])
      assert.strictEqual(second.prompt, first.prompt)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
