/**
 * What an `ImageStore` must do, wherever it keeps its pictures. A host runs the checks on its own; ours are held to a longer
 * list in the tests.
 */
import { hash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { ImageStore, type ImageTarget, type StoreFailure } from "../../src/image/ImageStore.ts"
import { encodePng } from "../simulation/picture/EncodePng.ts"
import { type ContractBroken, type ContractCheck, fails, same } from "./ContractCheck.ts"

type Failure = StoreFailure | typeof StorageFailed.Type
type Check = ContractCheck<string, Failure, ImageStore>
type Store = ImageStore["Service"]

/** `root` is a place of its own for each check: two checks at the same place see each other's pictures. */
const check = (
  name: string,
  body: (
    store: Store,
    target: (fields?: Partial<ImageTarget>) => ImageTarget
  ) => Effect.Effect<void, Failure | ContractBroken>
): Check => ({
  name,
  check: (root) =>
    ImageStore.use((store) => {
      const own = `${root}/${hash("sha256", name, "hex").slice(0, 8)}`
      return body(store, (fields) => ({ root: own, label: "job_1", ...fields }))
    })
})

const picture = (width: number): Uint8Array =>
  new Uint8Array(encodePng({ width, height: 8, rgba: new Uint8Array(width * 8 * 4) }))
const red = picture(8)
const blue = picture(9)

const bytesOf = (bytes: Uint8Array): Stream.Stream<Uint8Array> => Stream.make(bytes.subarray(0, 7), bytes.subarray(7))

const pathsBelow = (store: Store, { root }: ImageTarget) =>
  Effect.map(Stream.runCollect(store.list(root)), (found) => found.map((it) => it.path).toSorted())

/** The checks. Each is given the root below which it may work. */
export const imageStoreChecks: ReadonlyArray<Check> = [
  check("a picture is stored with the facts of its bytes, and read again", (store, target) =>
    Effect.gen(function* () {
      yield* store.prepare(target())
      const image = yield* store.put(bytesOf(red), target())
      const sha256 = hash("sha256", red, "hex")
      const path = `${target().root}/${sha256.slice(0, 16)}-job_1.png`
      const expected = { path, sha256, bytes: red.length, width: 8, height: 8, format: "png" }
      yield* same(image, expected, "the facts of a picture are not those of its bytes")
      yield* same(new Uint8Array(yield* store.read(image.path)), red, "a picture was read with other bytes")
      yield* same(yield* store.inspect(image.path), { _tag: "Picture", image }, "an inspection found something else")
      yield* same(yield* store.verify(image), "Intact", "a picture that was stored is not intact")
    })
  ),
  check("what is no picture, and what breaks off, leaves nothing", (store, target) =>
    Effect.gen(function* () {
      const text = yield* fails(store.put(bytesOf(new TextEncoder().encode("no picture")), target()), "text was stored")
      yield* same(text._tag, "ImageRejected", "text was refused for another reason")
      const broken = Stream.concat(bytesOf(red), Stream.fail({ _tag: "Broken" } as const))
      const cut = yield* fails(store.put(broken, target()), "a broken stream was stored")
      yield* same(cut._tag, "Broken", "the failure of the stream was not passed on")
      yield* same(yield* pathsBelow(store, target()), [], "something is left of what was refused")
    })
  ),
  check("the same picture again is one, another of the same name is two", (store, target) =>
    Effect.gen(function* () {
      const named = target({ fileName: "fox.png" })
      const first = yield* store.put(bytesOf(red), named)
      yield* same(yield* store.put(bytesOf(red), named), first, "the same picture was stored twice")
      const other = yield* store.put(bytesOf(blue), named)
      yield* same(other.path === first.path, false, "a picture was overwritten by another")
      yield* same(yield* store.verify(first), "Intact", "a picture was changed by another of its name")
    })
  ),
  check("of two different pictures of one name at the same time both are kept", (store, target) =>
    Effect.gen(function* () {
      const named = target({ fileName: "fox.png" })
      const images = yield* Effect.all([store.put(bytesOf(red), named), store.put(bytesOf(blue), named)], {
        concurrency: 2
      })
      for (const image of images) yield* same(yield* store.verify(image), "Intact", "a picture was lost to another")
    })
  ),
  check("pictures are listed below their root and nowhere else", (store, target) =>
    Effect.gen(function* () {
      const paths: Array<string> = []
      for (const directory of ["a", "a/b", "c", "d", "e"]) {
        paths.push((yield* store.put(bytesOf(red), target({ directory }))).path)
      }
      const twin = target({ root: `${target().root}-twin` })
      const elsewhere = yield* store.put(bytesOf(red), twin)
      yield* same(yield* pathsBelow(store, target()), paths.toSorted(), "a listing has too little or too much")
      yield* store.remove(twin.root, elsewhere.path)
    })
  ),
  check("a picture is removed once, and is missing then", (store, target) =>
    Effect.gen(function* () {
      const { root } = target()
      const image = yield* store.put(bytesOf(red), target())
      yield* same(yield* store.remove(root, image.path), "Removed", "a picture was not removed")
      yield* same(yield* store.remove(root, image.path), "NotThere", "a picture was removed twice")
      yield* same(yield* store.verify(image), "Missing", "a removed picture is there")
      yield* same(yield* store.inspect(image.path), { _tag: "Missing" }, "a removed picture was inspected")
      yield* fails(store.read(image.path), "a removed picture was read")
    })
  ),
  check("no path leads out of the root", (store, target) =>
    Effect.gen(function* () {
      const outside = [
        store.prepare(target({ directory: "../out" })),
        store.put(bytesOf(red), target({ directory: "../out" })),
        store.put(bytesOf(red), target({ fileName: "../fox.png" })),
        store.remove(target().root, `${target().root}/../fox.png`)
      ]
      for (const attempt of outside) {
        const failure = yield* fails(attempt as Effect.Effect<unknown, Failure>, "a path led out of the root")
        yield* same("problem" in failure && failure.problem, "PathNotAllowed", "a path was refused for another reason")
      }
    })
  )
]
