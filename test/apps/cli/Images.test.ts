/** The commands `ludeng images …` as a person uses them, over simulated pictures in a folder of their own. */
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { readdirSync, renameSync, unlinkSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { endingOf } from "../../../apps/cli/Ending.ts"
import { exitCodeOf, messageOf } from "../../../apps/cli/Outcome.ts"
import { program } from "../../../apps/cli/Program.ts"
import { makeScreen } from "../../../apps/cli/Screen.ts"
import { makeRun } from "../../../apps/cli/Session.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

const day = 86_400

const runIn = (folder: string, args: ReadonlyArray<string>, variables: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function* () {
    const written = { out: "", error: "" }
    const screen = makeScreen({
      out: (text) => (written.out += text),
      error: (text) => (written.error += text),
      columns: () => undefined
    })
    const run = makeRun("1.2.3", args.includes("--json"), screen)
    const config = {
      USE_MOCK_APIS: "true",
      MOCK_LATENCY: "5",
      NANOBANANA_POLL_FIRST: "5",
      NANOBANANA_POLL_CAP: "5",
      LUDENG_HOME: join(folder, "home"),
      LUDENG_IMAGE_DIRECTORY: join(folder, "images"),
      ...variables
    }
    const exit = yield* Effect.exit(program(args, run)).pipe(
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(config)))
    )
    const ending = endingOf(exit)
    return {
      ...written,
      code: ending === undefined ? (run.exitCode ?? 0) : exitCodeOf(ending),
      message: ending === undefined ? "" : messageOf(ending)
    }
  })

const generate = Effect.fnUntraced(function* (folder: string, prompt: string) {
  const { out } = yield* runIn(folder, ["generate", prompt, "--json"])
  return JSON.parse(out) as { readonly jobId: string; readonly image: { readonly path: string } }
})

const age = (file: string, days: number): void =>
  utimesSync(file, Date.now() / 1000 - days * day, Date.now() / 1000 - days * day)

describe("ludeng images", { timeout: 60_000 }, () => {
  it.live("lists, verifies and sweeps, and jobs show tells what became of a picture", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const none = yield* runIn(folder, ["images", "list"])
      assert.deepStrictEqual([none.code, none.out], [0, ""])
      assert.match(none.error, /There are no pictures\./)

      const old = yield* generate(folder, "a red fox")
      const young = yield* generate(folder, "a blue fox")
      age(old.image.path, 3)
      writeFileSync(join(folder, "images/.image_1.partial"), "half")
      age(join(folder, "images/.image_1.partial"), 3)
      const listed = (yield* runIn(folder, ["images", "list", "--json"])).out.trim().split("\n")
      assert.sameMembers(
        listed.map((line) => (JSON.parse(line) as { readonly path: string }).path),
        [old.image.path, young.image.path]
      )
      const unlimited = yield* runIn(folder, ["images", "sweep", "--dry-run"])
      assert.match(unlimited.out, /would remove 1 file, 4 bytes; no limit is set \(LUDENG_IMAGE_RETENTION/)

      const retention = { LUDENG_IMAGE_RETENTION: String(day * 1_000) }
      const dry = yield* runIn(folder, ["images", "sweep", "--dry-run"], retention)
      assert.match(dry.out, /^too old +\d{4}-[^]*would remove 2 files/)
      assert.strictEqual(readdirSync(join(folder, "images")).length, 3)
      const swept = yield* runIn(folder, ["images", "sweep", "--json"], retention)
      const report = JSON.parse(swept.out) as { readonly removed: ReadonlyArray<{ readonly path: string }> }
      assert.sameMembers(
        report.removed.map((it) => it.path),
        [old.image.path, join(folder, "images/.image_1.partial")]
      )
      assert.deepStrictEqual(readdirSync(join(folder, "images")).length, 1)

      const verified = yield* runIn(folder, ["images", "verify"])
      assert.strictEqual(verified.code, 3)
      assert.include(verified.out, `${old.image.path}: not there any more, of job`)
      assert.include(verified.out, "1 picture as stored, 1 to look at")
      assert.strictEqual((yield* runIn(folder, ["images", "verify"], retention)).code, 0)

      const jobs = JSON.parse((yield* runIn(folder, ["jobs", "list", "--json"])).out) as {
        readonly jobs: ReadonlyArray<{ readonly jobId: string }>
      }
      const [kept, gone] = jobs.jobs
      const shown = yield* runIn(folder, ["jobs", "show", gone?.jobId ?? ""])
      assert.match(shown.out, /image +.*\n +is not there any more/)
      assert.notMatch((yield* runIn(folder, ["jobs", "show", kept?.jobId ?? ""])).out, /not there any more/)
      const resumed = yield* runIn(folder, ["jobs", "resume", gone?.jobId ?? ""])
      assert.strictEqual(resumed.code, 3)
      assert.match(resumed.message, /StorageFailed, Missing: .*trying again does not help/)
    })
  )

  it.live("removes one picture, and tells what it does not remove", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { image } = yield* generate(folder, "a red fox")
      const other = join(folder, "fox.png")
      writeFileSync(other, "x")
      const refused = yield* runIn(folder, ["images", "remove", other])
      assert.deepStrictEqual([refused.code, refused.message.includes("PathNotAllowed")], [4, true])
      const removed = yield* runIn(folder, ["images", "remove", image.path])
      assert.deepStrictEqual([removed.code, removed.out], [0, `removed ${image.path}\n`])
      const again = yield* runIn(folder, ["images", "remove", image.path, "--json"])
      assert.deepStrictEqual(JSON.parse(again.out), { path: image.path, removal: "NotThere" })
      assert.strictEqual((yield* runIn(folder, ["images", "remove"])).code, 2)
    })
  )

  it.live("leaves pictures of another home, and what somebody has changed; and says so", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { image } = yield* generate(folder, "a red fox")
      const little = { LUDENG_IMAGE_MAXIMUM_BYTES: "1" }
      const elsewhere = yield* runIn(folder, ["images", "sweep"], { ...little, LUDENG_HOME: join(folder, "other") })
      assert.match(elsewhere.out, /removed 0 files[^]*1 of them belong to jobs that this home does not know/)
      const moved = join(folder, "elsewhere")
      renameSync(join(folder, "images"), moved)
      const file = join(moved, readdirSync(moved)[0] ?? "")
      writeFileSync(file, "edited")
      const changed = yield* runIn(folder, ["images", "sweep", "--in", moved], little)
      assert.match(changed.out, /stays .*: somebody has changed it/)
      assert.strictEqual((yield* runIn(folder, ["images", "verify", "--in", moved])).code, 3)
      unlinkSync(file)
      assert.match(image.path, /images/)
    })
  )

  it.live("refuses a retention that must be a slip", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const refused = yield* runIn(folder, ["images", "sweep"], { LUDENG_IMAGE_RETENTION: "30" })
      assert.strictEqual(refused.code, 5)
      assert.include(refused.message, "LUDENG_IMAGE_RETENTION")
    })
  )
})
