import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeConfigFile } from "../../../layers/settings/ConfigFile.ts"
import { decideSave } from "../../../src/settings/DecideSave.ts"
import { filesBelow, temporaryFolder } from "../../support/TemporaryFolder.ts"
import { stepsOfReplacing } from "../file/StepsOfReplacing.ts"

const save = (file: string, ...args: ReadonlyArray<string>) =>
  spawnSync(process.execPath, [path.join(import.meta.dirname, "SaveUnderFaults.ts"), file, ...args], {
    encoding: "utf8",
    timeout: 20_000
  })

const before = { $schema: "ours", deepseek: { retryLimit: 1, apiKey: "sk-canary" } }
const after = {
  $schema: "ours",
  deepseek: { retryLimit: 2, apiKey: "sk-canary" },
  nanobanana: { retryLimit: 2 }
}

const world = Effect.gen(function* () {
  const file = path.join(yield* temporaryFolder, "ludeng.config.json")
  fs.writeFileSync(file, JSON.stringify(before), { mode: 0o600 })
  return { file, written: () => JSON.parse(fs.readFileSync(file, "utf8")) as unknown }
})

const stepsOf = Effect.map(world, ({ file }) => save(file).stdout.trim().split("\n"))

const isNew = (written: unknown): boolean => JSON.stringify(written).includes("nanobanana")

describe("a change of the settings file", () => {
  it.live(
    "killed before any of its steps leaves the old file or the new one, never half, and hinders nobody",
    () =>
      Effect.gen(function* () {
        const steps = yield* stepsOf
        assert.includeMembers([...steps], [...stepsOfReplacing])
        const found: Array<string> = []
        for (const step of steps.keys()) {
          const { file, written } = yield* world
          assert.strictEqual(save(file, "kill", String(step)).signal, "SIGKILL", steps[step])
          found.push(isNew(written()) ? "new" : "old")
          assert.deepStrictEqual(written(), isNew(written()) ? after : before, steps[step])
          assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600)
          // Whoever comes next can write, and cleans up.
          const nothing = { code: new Map(), variables: new Map() }
          yield* makeConfigFile({ path: file, isNamed: true }).edit((contents) =>
            decideSave(contents, { store: "memory" }, nothing)
          )
          assert.deepStrictEqual(yield* filesBelow(path.dirname(file)), ["ludeng.config.json"])
        }
        assert.deepStrictEqual([found[0], found.at(-1)], ["old", "new"])
        assert.strictEqual(found.lastIndexOf("old") + 1, found.indexOf("new"))
      }),
    60_000
  )

  it.live(
    "on a full disk says so, and loses nothing",
    () =>
      Effect.gen(function* () {
        const steps = yield* stepsOf
        for (const [step, name] of steps.entries()) {
          if (name.startsWith("close")) continue
          const { file, written } = yield* world
          const told = save(file, "ENOSPC", String(step)).stdout
          assert.deepStrictEqual(written(), isNew(written()) ? after : before, name)
          assert.include(told, "can not be written (ENOSPC)", name)
          assert.notInclude(told, "canary")
          assert.deepStrictEqual(yield* filesBelow(path.dirname(file)), ["ludeng.config.json"], name)
        }
      }),
    60_000
  )
})
