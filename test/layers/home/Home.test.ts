/** The home: made for its owner alone, and out of version control. */
import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Home from "../../../layers/home/Home.ts"
import * as MemorySettings from "../../../layers/settings/MemorySettings.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

const folderOf = (layer: typeof Home.layer, home: string) =>
  Home.Home.useSync((it) => it.folder).pipe(
    Effect.provide(layer.pipe(Layer.provide(MemorySettings.layerFromCode({ home }))))
  )

describe("the home", () => {
  it.live("is made where it is missing, and found again", () =>
    Effect.gen(function* () {
      const home = join(yield* temporaryFolder, "deep", "home")
      assert.strictEqual(yield* folderOf(Home.layer, home), home)
      assert.strictEqual(yield* folderOf(Home.layer, home), home)
      assert.strictEqual(statSync(home).mode & 0o777, 0o700)
      assert.strictEqual(readFileSync(join(home, ".gitignore"), "utf8"), "*\n")
    })
  )

  it.live("of simulated programs is a folder of its own", () =>
    Effect.gen(function* () {
      const home = yield* temporaryFolder
      assert.strictEqual(yield* folderOf(Home.layerSimulated, home), join(home, "simulated"))
    })
  )

  it.live.skipIf(process.platform !== "linux")(
    "where nobody can make a folder is refused, and not tried for ever",
    () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(folderOf(Home.layer, "/proc/ludeng/home"))
        assert.include(error.problems[0]?.problem, "can not be made at /proc/ludeng/home")
      })
  )

  it.live("that is a file is refused by its variable", () =>
    Effect.gen(function* () {
      const home = join(yield* temporaryFolder, "file")
      writeFileSync(home, "")
      const error = yield* Effect.flip(folderOf(Home.layer, home))
      assert.deepStrictEqual(
        error.problems.map((it) => [it.name, it.expected]),
        [["LUDENG_HOME", "a folder that can be written to"]]
      )
    })
  )
})
