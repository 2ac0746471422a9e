import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { layerFromEnvironment } from "../../../layers/settings/EnvironmentSettings.ts"
import { SettingsWatch } from "../../../layers/settings/SettingsWatch.ts"
import { ConfigFile } from "../../../layers/settings/VariableSources.ts"
import { LiveSettings, type SettingsNotice } from "../../../src/settings/LiveSettings.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

/** A program over a file on the disk; `next` is what it tells next. */
const program = Effect.fnUntraced(function* (file: string) {
  const layer = layerFromEnvironment().pipe(
    Layer.provide(Layer.merge(Layer.succeed(ConfigFile, file), ConfigProvider.layer(ConfigProvider.fromUnknown({}))))
  )
  const settings = Context.get(yield* Layer.build(layer), LiveSettings)
  const told = yield* Queue.unbounded<SettingsNotice>()
  yield* Effect.forkScoped(
    Stream.runForEach(settings.notices, (notice) => Queue.offer(told, notice)),
    { startImmediately: true }
  )
  return { settings, next: Queue.take(told) }
})

const retries = (count: number) => JSON.stringify({ deepseek: { retryLimit: count } })

const retriesNow = ({ settings }: { readonly settings: LiveSettings["Service"] }) =>
  settings.latest().settings.deepseek.retryLimit

describe("a settings file on the disk", () => {
  it.live("is followed through every way of changing it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const file = path.join(folder, "ludeng.config.json")
      const running = yield* program(file)
      const after = (change: () => void) => Effect.andThen(Effect.sync(change), running.next)
      yield* after(() => fs.writeFileSync(file, retries(1)))
      assert.strictEqual(retriesNow(running), 1)
      yield* after(() => {
        fs.writeFileSync(`${file}~`, retries(2))
        fs.renameSync(`${file}~`, file)
      })
      assert.strictEqual(retriesNow(running), 2)
      const half = yield* after(() => fs.writeFileSync(file, retries(3).slice(0, 10)))
      assert.strictEqual(half._tag, "SettingsRefused")
      assert.strictEqual(retriesNow(running), 2)
      yield* after(() => fs.appendFileSync(file, retries(3).slice(10)))
      assert.strictEqual(retriesNow(running), 3)
      const saved = yield* running.settings.save({ deepseek: { retryLimit: 4 } })
      assert.strictEqual(saved.settings.deepseek.retryLimit, 4)
      assert.deepInclude(yield* running.next, { by: "save" })
      yield* after(() => fs.rmSync(file))
      assert.strictEqual(retriesNow(running), 3)
    })
  )

  it.live("behind a link that is pointed elsewhere, as a mounted configuration is, is followed too", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      for (const count of [1, 2]) {
        fs.mkdirSync(path.join(folder, `version-${count}`))
        fs.writeFileSync(path.join(folder, `version-${count}`, "ludeng.config.json"), retries(count))
      }
      fs.symlinkSync("version-1", path.join(folder, "data"))
      fs.symlinkSync(path.join("data", "ludeng.config.json"), path.join(folder, "ludeng.config.json"))
      const running = yield* program(path.join(folder, "ludeng.config.json"))
      assert.strictEqual(retriesNow(running), 1)
      fs.symlinkSync("version-2", path.join(folder, "data~"))
      fs.renameSync(path.join(folder, "data~"), path.join(folder, "data"))
      yield* running.next
      assert.strictEqual(retriesNow(running), 2)
    })
  )

  it.live("is looked at from time to time, where its folder does not tell", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      fs.mkdirSync(path.join(folder, "elsewhere"))
      const target = path.join(folder, "elsewhere", "it.json")
      fs.writeFileSync(target, retries(1))
      const file = path.join(folder, "ludeng.config.json")
      fs.symlinkSync(target, file)
      const running = yield* program(file)
      fs.writeFileSync(target, retries(2))
      yield* running.next
      assert.strictEqual(retriesNow(running), 2)
    })
  )

  it.effect("is left alone by a program that does not watch", () =>
    Effect.gen(function* () {
      const file = path.join(yield* temporaryFolder, "ludeng.config.json")
      fs.writeFileSync(file, retries(1))
      const running = yield* Effect.provideService(program(file), SettingsWatch, false)
      fs.writeFileSync(file, retries(2))
      yield* TestClock.adjust("10 seconds")
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      assert.strictEqual(retriesNow(running), 1)
    })
  )

  it.live("keeps no program alive that has nothing else to do", () =>
    Effect.gen(function* () {
      const program = path.join(import.meta.dirname, "IdleProgram.ts")
      const cwd = yield* temporaryFolder
      const ended = spawnSync(process.execPath, [program], { cwd, encoding: "utf8", timeout: 20_000 })
      assert.deepStrictEqual([ended.stdout, ended.signal], ["following", null])
    })
  )
})
