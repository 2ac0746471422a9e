/**
 * `KeyStore` over the vault's file. Whoever else changes the file is heard of: it is watched, and looked at from time to
 * time, because not every file system tells.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { VaultFailed } from "../../schemas/VaultFailed.ts"
import { KeyStore, type StoredKey } from "../../src/vault/KeyStore.ts"
import * as NoKeyStore from "./NoKeyStore.ts"
import { OpenedVault, type VaultInUse } from "./OpenedVault.ts"
import { changeVault, readAgain, storedKeys } from "./Vault.ts"
import { failedAt } from "./VaultFile.ts"

/** Several changes of a file in a row are one. */
const debounce = Duration.millis(100)

/** How often the file is looked at though nobody said that it changed. */
const lookEvery = Duration.seconds(30)

/** The store over a vault that is open. */
export const makeFileKeyStore = ({ dataKey, file, form }: VaultInUse): KeyStore["Service"] => {
  // What was last read or written here, so that our own writes are not heard of as somebody else's.
  let known = form.seal
  let lastTrouble: string | undefined

  const look: Effect.Effect<ReadonlyArray<StoredKey> | VaultFailed | undefined> = Effect.match(
    readAgain(file, dataKey),
    {
      onFailure: (failure) => {
        if (failure.message === lastTrouble) return undefined
        lastTrouble = failure.message
        return failure
      },
      onSuccess: (form) => {
        lastTrouble = undefined
        if (form.seal === known) return undefined
        known = form.seal
        return storedKeys(form, dataKey)
      }
    }
  )

  return {
    opened: storedKeys(form, dataKey),
    change: (change) =>
      Effect.map(changeVault(file, dataKey, change), (form) => {
        known = form.seal
        return storedKeys(form, dataKey)
      }),
    changes: Stream.merge(watched(file), Stream.fromEffectRepeat(Effect.delay(Effect.void, lookEvery))).pipe(
      Stream.debounce(debounce),
      Stream.mapEffect((trouble) => (trouble instanceof VaultFailed ? Effect.succeed(trouble) : look)),
      Stream.filter((found) => found !== undefined)
    )
  }
}

/** Something each time the folder tells of the file; the folder, because the file itself is replaced. */
const watched = (file: string): Stream.Stream<VaultFailed | undefined> =>
  Stream.callback<VaultFailed | undefined>((queue) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const tell = (what: VaultFailed | undefined) => void Queue.offerUnsafe(queue, what)
        try {
          const watcher = fs.watch(path.dirname(file), { persistent: false }, (_event, name) => {
            if (name === null || name === path.basename(file)) tell(undefined)
          })
          watcher.on("error", () => tell(notWatched(file)))
          return watcher
        } catch {
          tell(notWatched(file))
          return undefined
        }
      }),
      (watcher) => Effect.sync(() => watcher?.close())
    )
  )

const notWatched = (file: string): VaultFailed =>
  failedAt(
    file,
    "StorageFailed",
    "its folder can not be watched",
    "nothing need be done: it is looked at every 30 seconds"
  )

/** The store of the vault, where there is one; else none. */
export const layer: Layer.Layer<KeyStore, never, OpenedVault> = Layer.unwrap(
  OpenedVault.useSync(({ vault }) =>
    vault === undefined ? NoKeyStore.layer : Layer.sync(KeyStore, () => makeFileKeyStore(vault))
  )
)
