import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import { changeVault } from "../../../layers/vault/Vault.ts"
import { filesBelow } from "../../support/TemporaryFolder.ts"
import { canary, openedTexts, recordOf, textOf, vaultOfTwo } from "./VaultWorld.ts"
import { stepsOfReplacing } from "../file/StepsOfReplacing.ts"

const rotate = (file: string, ...args: ReadonlyArray<string>) =>
  spawnSync(process.execPath, [path.join(import.meta.dirname, "RotateUnderFaults.ts"), file, ...args], {
    encoding: "utf8",
    timeout: 20_000
  })

const before = { a: `${canary}-a`, b: `${canary}-b` }
const after = { new: `${canary}-new`, ...before }

const stepsOf = Effect.gen(function* () {
  const { file } = yield* vaultOfTwo
  return rotate(file).stdout.trim().split("\n")
})

describe("a rotation of the vault's key", () => {
  it.live(
    "killed before any of its steps leaves the old file or the new one, never half, and no lock",
    () =>
      Effect.gen(function* () {
        const steps = yield* stepsOf
        assert.includeMembers([...steps], [...stepsOfReplacing])
        const found: Array<string> = []
        for (const step of steps.keys()) {
          const { dataKey, file } = yield* vaultOfTwo
          assert.strictEqual(rotate(file, "kill", String(step)).signal, "SIGKILL", steps[step])
          const texts = yield* openedTexts(file)
          found.push("new" in texts ? "new" : "old")
          assert.deepStrictEqual(texts, "new" in texts ? after : before, steps[step])
          // Whoever comes next can write, and cleans up.
          const key = recordOf("next")
          yield* changeVault(file, dataKey, { event: { _tag: "Add", key, replaces: "none" }, key: textOf("next") })
          assert.deepStrictEqual(yield* filesBelow(path.dirname(file)), ["vault.json"])
        }
        assert.deepStrictEqual([found[0], found.at(-1)], ["old", "new"])
        assert.strictEqual(found.lastIndexOf("old") + 1, found.indexOf("new"))
      }),
    60_000
  )

  it.live.each<readonly [string, string]>([
    ["ENOSPC", "make room on the disk"],
    ["EROFS", "LUDENG_HOME"],
    ["EACCES", "LUDENG_HOME"]
  ])(
    "on a disk that answers %s says so, and loses nothing",
    ([code, remedy]) =>
      Effect.gen(function* () {
        const steps = yield* stepsOf
        for (const [step, name] of steps.entries()) {
          if (name.startsWith("close") || (code !== "ENOSPC" && !name.startsWith("open"))) continue
          const { file } = yield* vaultOfTwo
          const told = rotate(file, code, String(step)).stdout
          const texts = yield* openedTexts(file)
          assert.deepStrictEqual(texts, "new" in texts ? after : before, name)
          // What is in place already and could not be synced is told of as well.
          assert.include(told, code, name)
          assert.include(told, remedy, name)
          assert.notInclude(told, canary)
          assert.notInclude(told, "/secret/path")
          assert.isFalse(
            (yield* filesBelow(path.dirname(file))).some((it) => it.endsWith(".partial")),
            name
          )
        }
      }),
    60_000
  )

  it.live("leaves no copy of the old file behind", () =>
    Effect.gen(function* () {
      const { file } = yield* vaultOfTwo
      assert.strictEqual(rotate(file, "none", "999").status, 0)
      assert.deepStrictEqual(yield* openedTexts(file), after)
      assert.deepStrictEqual(yield* filesBelow(path.dirname(file)), ["vault.json"])
      assert.notInclude(yield* Effect.promise(() => fs.readFile(file, "utf8")), canary)
    })
  )
})
