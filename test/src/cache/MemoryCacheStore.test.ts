/** The store in memory: what it gives up, and when. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { CachedEnhancement } from "../../../src/cache/CachedEnhancement.ts"
import { type CacheBounds, makeMemoryCacheStore, type MemoryCacheStore } from "../../../src/cache/MemoryCacheStore.ts"
import { suite } from "./CacheStoreContract.ts"
import { entryOf, keyOf } from "./SampleResponses.ts"

suite(
  "MemoryCacheStore",
  Effect.sync(() => makeMemoryCacheStore())
)

const holding = (bounds: CacheBounds, ...names: ReadonlyArray<string>): MemoryCacheStore<CachedEnhancement> => {
  const store = makeMemoryCacheStore<CachedEnhancement>(bounds)
  for (const name of names) store.keep(keyOf(name), entryOf(name))
  return store
}

/** Which of the names are there; looks without using. */
const left = (store: MemoryCacheStore<CachedEnhancement>, names: string): string => {
  const found = [...names].filter((name) => store.peek(keyOf(name)) !== undefined)
  assert.strictEqual(found.length, store.size().entries)
  return found.join("")
}

describe("MemoryCacheStore", () => {
  it("gives up the entry not used for longest when there are too many", () => {
    const store = holding({ maximumEntries: 3, maximumBytes: 10_000 }, "a", "b", "c", "d")
    assert.strictEqual(left(store, "abcd"), "bcd")
    assert.deepStrictEqual(store.size(), { entries: 3, bytes: 300 })
  })

  it("gives up as many as it takes when there are too many bytes", () => {
    const store = holding({ maximumEntries: 100, maximumBytes: 500 }, "a", "b", "c", "d", "e")
    store.keep(keyOf("f"), entryOf("f", 1_000, 250))
    assert.strictEqual(left(store, "abcdef"), "def")
    assert.deepStrictEqual(store.size(), { entries: 3, bytes: 450 })
  })

  it("exactly as much as it may hold is held", () => {
    const store = holding({ maximumEntries: 2, maximumBytes: 200 }, "a", "b")
    assert.strictEqual(left(store, "ab"), "ab")
  })

  it("what was looked up, or put again, counts as used", () => {
    const store = holding({ maximumEntries: 3, maximumBytes: 10_000 }, "a", "b", "c")
    store.peek(keyOf("a"))
    store.keep(keyOf("b"), entryOf("b"))
    store.keep(keyOf("d"), entryOf("d"))
    assert.strictEqual(left(store, "abcd"), "abd")
  })

  it.effect("an effectful get counts as used", () =>
    Effect.gen(function* () {
      const store = holding({ maximumEntries: 2, maximumBytes: 10_000 }, "a", "b")
      yield* store.get(keyOf("a"))
      yield* store.put(keyOf("c"), entryOf("c"))
      assert.strictEqual(left(store, "abc"), "ac")
    })
  )

  it("an entry larger than the whole store is not kept, takes no other's place, and the one it replaces is gone", () => {
    const store = holding({ maximumEntries: 10, maximumBytes: 300 }, "a", "b")
    store.keep(keyOf("c"), entryOf("c", 1_000, 301))
    assert.strictEqual(left(store, "abc"), "ab")
    store.keep(keyOf("a"), entryOf("a", 1_000, 301))
    assert.strictEqual(left(store, "abc"), "b")
    assert.strictEqual(store.size().bytes, 100)
  })

  it("an entry whose size is no size is not kept", () => {
    const store = holding({ maximumEntries: 10, maximumBytes: 300 }, "a")
    for (const bytes of [Number.NaN, -1, Number.POSITIVE_INFINITY]) store.keep(keyOf("b"), entryOf("b", 1_000, bytes))
    assert.strictEqual(left(store, "ab"), "a")
    assert.strictEqual(store.size().bytes, 100)
  })

  it("a store with no room keeps nothing", () => {
    assert.strictEqual(left(holding({ maximumEntries: 0, maximumBytes: 1_000 }, "a", "b"), "ab"), "")
    assert.strictEqual(left(holding({ maximumEntries: 10, maximumBytes: 0 }, "a", "b"), "ab"), "")
  })

  it("a replaced entry's bytes are given back", () => {
    const store = holding({ maximumEntries: 10, maximumBytes: 1_000 }, "a", "b")
    store.keep(keyOf("a"), entryOf("a", 2_000, 250))
    assert.deepStrictEqual(store.size(), { entries: 2, bytes: 350 })
    store.drop(keyOf("a"))
    assert.deepStrictEqual(store.size(), { entries: 1, bytes: 100 })
  })

  const names = ["a", "b", "c", "d", "e", "f"] as const
  const Story = Schema.Array(
    Schema.Struct({
      operation: Schema.Literals(["keep", "keep", "keep", "peek", "drop"]),
      name: Schema.Literals(names),
      bytes: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 }))
    })
  ).check(Schema.isMaxLength(80))

  it.prop(
    "after any story it holds what a list ordered by last use would hold",
    [Story],
    ([story]) => {
      const bounds = { maximumEntries: 4, maximumBytes: 100 }
      const store = makeMemoryCacheStore<CachedEnhancement>(bounds)
      let model: ReadonlyArray<{ readonly name: string; readonly bytes: number }> = []
      const total = () => model.reduce((sum, it) => sum + it.bytes, 0)
      for (const { bytes, name, operation } of story) {
        const found = model.find((it) => it.name === name)
        const others = model.filter((it) => it.name !== name)
        if (operation === "peek") {
          assert.strictEqual(store.peek(keyOf(name))?.bytes, found?.bytes)
          if (found !== undefined) model = [...others, found]
        } else if (operation === "drop") {
          store.drop(keyOf(name))
          model = others
        } else {
          store.keep(keyOf(name), entryOf(name, 1_000, bytes))
          model = [...others, { name, bytes }]
          while (model.length > bounds.maximumEntries || total() > bounds.maximumBytes) model = model.slice(1)
        }
        assert.deepStrictEqual(store.size(), { entries: model.length, bytes: total() })
      }
      for (const name of names) {
        assert.strictEqual(
          store.peek(keyOf(name)) !== undefined,
          model.some((it) => it.name === name)
        )
      }
    },
    { arbitrary: { runs: 1_000 } }
  )
})
