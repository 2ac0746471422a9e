/**
 * The host's storage: a client of an object store such as S3 (here its bucket is in memory), and the library's
 * `ImageStore` over it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ImageStore } from "@ludeng/providers"
import { makeObjectImageStore, type ObjectBucket } from "@ludeng/providers/layers/image/ObjectImageStore"

interface StoredObject {
  readonly body: Uint8Array
  readonly metadata: Readonly<Record<string, string>>
  readonly lastModified: number
}

/** What such a store can do, with its words: conditional writes, metadata, listings by pages. */
export class ObjectStoreClient {
  readonly #objects = new Map<string, StoredObject>()

  /** `false` is its 412: an object of this key is there. */
  async putObject(key: string, object: StoredObject, ifNoneMatch?: "*"): Promise<boolean> {
    if (ifNoneMatch === "*" && this.#objects.has(key)) return false
    this.#objects.set(key, object)
    return true
  }
  async headObject(key: string): Promise<Omit<StoredObject, "body"> | undefined> {
    return this.#objects.get(key)
  }
  async getObject(key: string): Promise<Uint8Array | undefined> {
    return this.#objects.get(key)?.body.slice()
  }
  async deleteObject(key: string): Promise<boolean> {
    return this.#objects.delete(key)
  }
  async listObjects(prefix: string, after?: string) {
    const keys = [...this.#objects.keys()].filter((it) => it.startsWith(prefix)).toSorted()
    const page = keys.filter((it) => after === undefined || it > after).slice(0, 2)
    return page.flatMap((key) => {
      const object = this.#objects.get(key)
      return object === undefined ? [] : [{ path: key, bytes: object.body.length, storedAt: object.lastModified }]
    })
  }
}

const failed = { _tag: "StorageFailed", problem: "Other", detail: "the object store did not answer" } as const

const asked = <A>(ask: () => Promise<A>) => Effect.tryPromise({ try: ask, catch: () => failed })

const bucketOf = (client: ObjectStoreClient): ObjectBucket => ({
  put: Effect.fnUntraced(function* ({ bytes, name, sha256 }) {
    const object = { body: bytes, metadata: { sha256 }, lastModified: yield* Clock.currentTimeMillis }
    if (yield* asked(() => client.putObject(name, object, "*"))) return "Stored"
    const existing = yield* asked(() => client.headObject(name))
    if (existing?.metadata["sha256"] !== sha256) return "Different"
    yield* asked(() => client.putObject(name, object))
    return "Stored"
  }),
  get: (name) => asked(() => client.getObject(name)),
  list: (prefix) =>
    Stream.paginate(undefined as string | undefined, (after) =>
      Effect.map(
        asked(() => client.listObjects(prefix, after)),
        (page) => [page, Option.map(Option.fromNullishOr(page.at(-1)), (last) => last.path)] as const
      )
    ),
  remove: (name) => asked(() => client.deleteObject(name))
})

/** The host's `ImageStore`. */
export const layer = (client: ObjectStoreClient): Layer.Layer<ImageStore> =>
  Layer.sync(ImageStore, () => makeObjectImageStore(bucketOf(client)))
