import * as fs from "node:fs"
import * as path from "node:path"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layerFromEnvironment } from "../../layers/settings/EnvironmentSettings.ts"
import { ConfigFile } from "../../layers/settings/VariableSources.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { makeMemorySettingsFile } from "../../src/settings/MemorySettingsFile.ts"
import { entriesOfDocument } from "../../src/settings/SettingEntries.ts"
import { makeLiveSettings } from "../../src/settings/SettingsInMemory.ts"
import { temporaryFolder } from "../support/TemporaryFolder.ts"
import { liveSettingsContract } from "./LiveSettingsContract.ts"

liveSettingsContract("in memory", ({ code = {}, file: document }) =>
  Effect.gen(function* () {
    const file = yield* makeMemorySettingsFile(document)
    const settings = yield* makeLiveSettings({ code: entriesOfDocument(code), file })
    return { settings, written: Effect.map(file.read, (it) => it.document) }
  })
)

liveSettingsContract("of the surroundings, over a file", ({ code = {}, file: document }) =>
  Effect.gen(function* () {
    const file = path.join(yield* temporaryFolder, "ludeng.config.json")
    if (document !== undefined) fs.writeFileSync(file, JSON.stringify(document), { mode: 0o600 })
    const layer = layerFromEnvironment({ code }).pipe(
      Layer.provide(Layer.merge(Layer.succeed(ConfigFile, file), ConfigProvider.layer(ConfigProvider.fromUnknown({}))))
    )
    const settings = Context.get(yield* Layer.build(layer), LiveSettings)
    const written = Effect.sync(() => (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined))
    return { settings, written }
  })
)
