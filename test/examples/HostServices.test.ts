/** The services that the examples' host puts in place of ours keep the contracts that ours keep. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { entriesOfDocument } from "../../src/settings/SettingEntries.ts"
import { makeLiveSettings } from "../../src/settings/SettingsInMemory.ts"
import * as Database from "../../examples/host/Database.ts"
import * as ObjectStore from "../../examples/host/ObjectStore.ts"
import * as Monitor from "../../examples/host/Monitor.ts"
import { liveSettingsContract } from "../contract/LiveSettingsContract.ts"
import { telemetryContract } from "../contract/TelemetryContract.ts"
import * as ImageStoreContract from "../layers/image/ImageStoreContract.ts"

liveSettingsContract("a row of the host's database", ({ code = {}, file }) =>
  Effect.gen(function* () {
    const table = new Database.ConfigurationTable(file)
    const settings = yield* makeLiveSettings({ code: entriesOfDocument(code), file: Database.documentIn(table) })
    return {
      settings,
      written: Effect.map(
        Effect.promise(() => table.select()),
        (row) => row.document
      )
    }
  })
)

ImageStoreContract.suite(
  "the host's object store",
  Layer.suspend(() => ObjectStore.layer(new ObjectStore.ObjectStoreClient())),
  Effect.succeed("bucket/images")
)

telemetryContract("the host's monitoring", Monitor.layer(new Monitor.Monitoring()))
