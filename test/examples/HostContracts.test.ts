/** The published checks hold for our own services and the example's, and each of them notices a service that breaks it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as Database from "../../examples/host/Database.ts"
import * as ObjectStore from "../../examples/host/ObjectStore.ts"
import * as FileImageStore from "../../layers/image/FileImageStore.ts"
import { imageStoreChecks } from "../../mock-layers/contract/ImageStoreChecks.ts"
import { type MakeSettingsFile, settingsFileChecks } from "../../mock-layers/contract/SettingsFileChecks.ts"
import * as MemoryImageStore from "../../mock-layers/image/MemoryImageStore.ts"
import { ImageStore } from "../../src/image/ImageStore.ts"
import { makeMemorySettingsFile } from "../../src/settings/MemorySettingsFile.ts"
import { temporaryFolder } from "../support/TemporaryFolder.ts"

const stores = {
  memory: MemoryImageStore.layer,
  files: FileImageStore.layer,
  "the host's object store": Layer.suspend(() => ObjectStore.layer(new ObjectStore.ObjectStoreClient()))
}

const files: Readonly<Record<string, MakeSettingsFile>> = {
  memory: makeMemorySettingsFile,
  "the host's database": (document) => Effect.sync(() => Database.documentIn(new Database.ConfigurationTable(document)))
}

for (const [name, layer] of Object.entries(stores)) {
  describe(`an image store: ${name}`, () => {
    for (const { check, name: sentence } of imageStoreChecks) {
      it.live(sentence, () => Effect.flatMap(temporaryFolder, check).pipe(Effect.provide(layer)))
    }
  })
}

for (const [name, make] of Object.entries(files)) {
  describe(`a document of settings: ${name}`, () => {
    for (const { check, name: sentence } of settingsFileChecks) it.effect(sentence, () => check(make))
  })
}

type Store = ImageStore["Service"]

/** Which checks a store fails that does one thing wrong. */
const noticed = (wrong: (store: Store) => Partial<Store>) =>
  Effect.gen(function* () {
    const names: Array<string> = []
    for (const { check, name } of imageStoreChecks) {
      const store = yield* ImageStore
      const exit = yield* Effect.exit(
        Effect.provideService(check("images"), ImageStore, ImageStore.of({ ...store, ...wrong(store) }))
      )
      if (Exit.isFailure(exit)) names.push(name)
    }
    return names.length
  }).pipe(Effect.provide(Layer.fresh(MemoryImageStore.layer)))

describe("the checks of an image store", () => {
  const wrongs: Readonly<Record<string, (store: Store) => Partial<Store>>> = {
    "reads other bytes": () => ({ read: () => Effect.succeed(new Uint8Array(3)) }),
    "always says intact": () => ({ verify: () => Effect.succeed("Intact") }),
    "lists nothing": () => ({ list: () => Stream.empty }),
    "lists all roots": (store) => ({ list: () => store.list("images") }),
    "removes nothing": () => ({ remove: () => Effect.succeed("Removed") }),
    "prepares any place": () => ({ prepare: () => Effect.void })
  }
  for (const [name, wrong] of Object.entries(wrongs)) {
    it.effect(`notice one that ${name}`, () => Effect.map(noticed(wrong), (count) => assert.isAbove(count, 0)))
  }

  it.effect("notice none that does nothing wrong", () =>
    Effect.map(
      noticed(() => ({})),
      (count) => assert.strictEqual(count, 0)
    )
  )
})

describe("the checks of a document", () => {
  const memory = makeMemorySettingsFile
  const wrongs: Readonly<Record<string, MakeSettingsFile>> = {
    "forgets edits": (document) =>
      Effect.map(memory(document), (file) => ({ ...file, edit: () => Effect.map(file.read, (it) => it) })),
    "loses edits at the same time": (document) =>
      Effect.map(memory(document), (file) => ({
        ...file,
        edit: (decide) =>
          Effect.flatMap(file.read, (before) =>
            Effect.andThen(
              Effect.yieldNow,
              file.edit(() => decide(before))
            )
          )
      })),
    "tells of nothing": (document) => Effect.map(memory(document), (file) => ({ ...file, changes: Stream.never }))
  }
  for (const [name, make] of Object.entries(wrongs)) {
    it.effect(`notice one that ${name}`, () =>
      Effect.gen(function* () {
        let noticed = 0
        for (const { check } of settingsFileChecks) {
          const fiber = yield* Effect.forkChild(Effect.timeout(check(make), "1 minute"))
          yield* TestClock.adjust("2 minutes")
          if (Exit.isFailure(yield* Fiber.await(fiber))) noticed += 1
        }
        assert.isAbove(noticed, 0)
      })
    )
  }
})
