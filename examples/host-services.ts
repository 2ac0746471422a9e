/**
 * A host with services of its own: its configuration is a row of a database, its pictures go into an object store, what
 * happens is told to its monitoring. The three are in `examples/host/`; they keep the contracts that the library's own
 * keep (`test/examples/HostServices.test.ts`). Live, it is `Live.layerOver(...)`.
 */
import * as assert from "node:assert/strict"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Illustrator, LiveSettings } from "@ludeng/providers"
import * as Mock from "@ludeng/providers/mock-layers/Mock"
import * as Database from "./host/Database.ts"
import * as Monitor from "./host/Monitor.ts"
import * as ObjectStore from "./host/ObjectStore.ts"

const table = new Database.ConfigurationTable({
  imageDirectory: "bucket/images",
  deepseek: { apiKey: "host-key", retryLimit: 1 },
  nanobanana: { apiKey: "host-key", pollFirst: 10 }
})
const objects = new ObjectStore.ObjectStoreClient()
const monitor = new Monitor.Monitoring()

const services = Mock.layerOver({ settings: Database.layer(table), imageStore: ObjectStore.layer(objects) })
const host = services.pipe(Layer.provide(Monitor.layer(monitor)))

const program = Effect.gen(function* () {
  const { generated } = yield* Illustrator.use((it) => it.illustrate({ prompt: "a red fox in the snow" }))
  yield* Console.log(`in the object store: ${generated.image.path}`)
  assert.equal((yield* Effect.promise(() => objects.getObject(generated.image.path)))?.length, generated.image.bytes)

  // Somebody changes the row; the running program takes it.
  const settings = yield* LiveSettings
  const { settings: saved } = yield* settings.save({ deepseek: { retryLimit: 2 } })
  assert.equal(saved.deepseek.retryLimit, 2)
  const row = yield* Effect.promise(() => table.select())
  yield* Console.log(`in the database: revision ${row.revision}`)
  yield* Console.log(`in the monitoring: ${monitor.calls} calls, ${monitor.failures} failed`)
  assert.ok(monitor.calls >= 2)
})

await Effect.runPromise(program.pipe(Effect.provide(host)))
