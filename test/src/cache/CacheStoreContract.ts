/**
 * What every store of the response cache must do, whatever it keeps its entries in.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { CachedEnhancement } from "../../../src/cache/CachedEnhancement.ts"
import type { CacheEntry, CacheStore } from "../../../src/cache/CacheStore.ts"
import { entryOf, keyOf } from "./SampleResponses.ts"

type Store = CacheStore["Service"]

const Name = Schema.Literals(["a", "b", "c"])
const Story = Schema.Array(
  Schema.Struct({ operation: Schema.Literals(["put", "get", "remove"]), name: Name, version: Schema.Int })
).check(Schema.isMaxLength(40))

/** `make` gives an empty store with room for at least a hundred small entries. `runs`: how many stories are told. */
export const suite = (name: string, make: Effect.Effect<Store, never, Scope.Scope>, runs = 200): void => {
  describe(`${name} keeps the contract of CacheStore`, () => {
    const test = <E>(sentence: string, body: (store: Store) => Effect.Effect<void, E>) =>
      it.effect(sentence, () => Effect.flatMap(make, body))

    test("what was put is got again, in every field", (store) =>
      Effect.gen(function* () {
        const entry: CacheEntry<CachedEnhancement> = {
          value: {
            prompt: 'Ein Fuchs 🦊, "rot"\n\\ und \' e\u0301',
            model: "deepseek-flash",
            isSimulated: true,
            shortened: true,
            cost: { usdMicros: null, basis: "unknown" }
          },
          storedAt: 1_795_000_000_123,
          bytes: 512
        }
        yield* store.put(keyOf("a"), entry)
        assert.deepStrictEqual(yield* store.get(keyOf("a")), entry)
        assert.deepStrictEqual(yield* store.get(keyOf("a")), entry)
      }))

    test("what was never put is not there", (store) =>
      Effect.gen(function* () {
        yield* store.put(keyOf("a"), entryOf("one"))
        assert.isUndefined(yield* store.get(keyOf("b")))
      }))

    test("a later put replaces the earlier one, also by an older entry", (store) =>
      Effect.gen(function* () {
        yield* store.put(keyOf("a"), entryOf("one", 2_000))
        yield* store.put(keyOf("a"), entryOf("two", 1_000))
        assert.deepStrictEqual(yield* store.get(keyOf("a")), entryOf("two", 1_000))
      }))

    test("what was removed is gone, and removing what is not there does nothing", (store) =>
      Effect.gen(function* () {
        yield* store.put(keyOf("a"), entryOf("one"))
        yield* store.put(keyOf("b"), entryOf("two"))
        yield* store.remove(keyOf("a"))
        yield* store.remove(keyOf("a"))
        yield* store.remove(keyOf("c"))
        assert.isUndefined(yield* store.get(keyOf("a")))
        assert.deepStrictEqual(yield* store.get(keyOf("b")), entryOf("two"))
        yield* store.put(keyOf("a"), entryOf("three"))
        assert.deepStrictEqual(yield* store.get(keyOf("a")), entryOf("three"))
      }))

    test("an effect does its work each time it is run, and nothing before", (store) =>
      Effect.gen(function* () {
        const put = store.put(keyOf("a"), entryOf("one"))
        const get = store.get(keyOf("a"))
        assert.isUndefined(yield* get)
        yield* put
        assert.isDefined(yield* get)
        yield* store.remove(keyOf("a"))
        assert.isUndefined(yield* get)
        yield* put
        assert.isDefined(yield* get)
      }))

    test("a hundred callers at once disturb nobody", (store) =>
      Effect.gen(function* () {
        const names = Array.from({ length: 100 }, (_, index) => `k${index}`)
        yield* Effect.forEach(
          names,
          (it) =>
            Effect.andThen(store.put(keyOf(it), entryOf(it)), Effect.andThen(Effect.yieldNow, store.get(keyOf(it)))),
          { concurrency: "unbounded" }
        )
        for (const it of names) assert.deepStrictEqual(yield* store.get(keyOf(it)), entryOf(it))
      }))

    it.effect.prop(
      "any story of puts, gets and removals ends as a map would",
      [Story],
      ([story]) =>
        Effect.gen(function* () {
          const store = yield* make
          const model = new Map<string, CacheEntry<CachedEnhancement>>()
          for (const { name, operation, version } of story) {
            if (operation === "put") {
              const entry = entryOf(`${name}${version}`, 1_000 + (version % 10))
              model.set(name, entry)
              yield* store.put(keyOf(name), entry)
            } else if (operation === "remove") {
              model.delete(name)
              yield* store.remove(keyOf(name))
            }
            assert.deepStrictEqual(yield* store.get(keyOf(name)), model.get(name))
          }
        }),
      { arbitrary: { runs } }
    )
  })
}
