/**
 * Pictures in memory, under the paths they would have on disk: the same refusals and the same names as the store on the
 * file system, no I/O. For tests and for `Mock.layer`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { makeObjectImageStore, type ObjectBucket } from "../../layers/image/ObjectImageStore.ts"
import { ImageStore } from "../../src/image/ImageStore.ts"

interface KeptObject {
  readonly sha256: string
  readonly bytes: Uint8Array
  readonly storedAt: number
}

const makeMemoryBucket = (): ObjectBucket => {
  const objects = new Map<string, KeptObject>()
  return {
    put: ({ bytes, name, sha256 }) =>
      Effect.map(Clock.currentTimeMillis, (storedAt) => {
        const existing = objects.get(name)
        if (existing !== undefined && existing.sha256 !== sha256) return "Different"
        objects.set(name, { bytes, sha256, storedAt })
        return "Stored"
      }),
    get: (name) => Effect.sync(() => objects.get(name)?.bytes.slice()),
    list: (prefix) =>
      Stream.suspend(() =>
        Stream.fromIterable(
          [...objects]
            .filter(([name]) => name.startsWith(prefix))
            .map(([name, { bytes, storedAt }]) => ({ path: name, bytes: bytes.length, storedAt }))
        )
      ),
    remove: (name) => Effect.sync(() => objects.delete(name))
  }
}

/** The store in memory. What it holds lives as long as the layer. */
export const layer: Layer.Layer<ImageStore> = Layer.sync(ImageStore, () => makeObjectImageStore(makeMemoryBucket()))
