import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import { sha256Of } from "./ImageStoreContract.ts"
import { filesBelow, temporaryFolder } from "../../support/TemporaryFolder.ts"

/** Starts the program, and kills it as soon as it has said `lines` lines; answers what it said. */
const killAfter = (
  root: string,
  lines: number,
  ...flags: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.promise(async () => {
    const program = path.join(import.meta.dirname, "StoreForever.ts")
    const child = spawn(process.execPath, [program, root, ...flags], { stdio: ["ignore", "pipe", "inherit"] })
    const ended = once(child, "exit")
    const said: Array<string> = []
    for await (const line of createInterface(child.stdout)) {
      said.push(line)
      if (said.length === lines) child.kill("SIGKILL")
    }
    assert.deepStrictEqual(await ended, [null, "SIGKILL"])
    return said
  })

describe("FileImageStore in a process that is killed", () => {
  it.live(
    "a kill between the last byte and the name leaves no file under a final name",
    () =>
      Effect.gen(function* () {
        const root = yield* temporaryFolder
        assert.deepStrictEqual(yield* killAfter(root, 1, "hang"), ["written"])
        const files = yield* filesBelow(root)
        assert.isTrue(
          files.every((file) => file.endsWith(".partial")),
          files.join()
        )
        assert.strictEqual(files.length, 1)
      }),
    30_000
  )

  it.live(
    "a kill at any moment leaves only whole pictures under final names, and all that were reported",
    () =>
      Effect.gen(function* () {
        const root = yield* temporaryFolder
        for (const lines of [1, 6]) {
          const reported = yield* killAfter(root, lines)
          const files = (yield* filesBelow(root)).filter((file) => !file.endsWith(".partial"))
          for (const file of files) {
            const bytes = yield* Effect.promise(() => fs.readFile(path.join(root, file)))
            assert.strictEqual(path.basename(file).slice(0, 16), sha256Of(bytes).slice(0, 16))
          }
          assert.includeMembers(
            files.map((file) => path.join(root, file)),
            [...reported]
          )
        }
      }),
    60_000
  )
})
