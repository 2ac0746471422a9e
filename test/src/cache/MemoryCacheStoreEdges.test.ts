/** The store in memory at the edges of its bounds. */
import { assert, describe, it } from "@effect/vitest"
import { makeMemoryCacheStore } from "../../../src/cache/MemoryCacheStore.ts"
import { entryOf, keyOf } from "./SampleResponses.ts"

const [first, second] = [keyOf("a"), keyOf("b")]

describe("MemoryCacheStore, at its bounds", () => {
  it("keeps one entry that fills it to the last byte, and one that takes none", () => {
    const store = makeMemoryCacheStore({ maximumEntries: 10, maximumBytes: 300 })
    store.keep(first, entryOf("a", 1_000, 300))
    assert.deepStrictEqual(store.size(), { entries: 1, bytes: 300 })
    store.keep(second, entryOf("b", 1_000, 0))
    assert.deepStrictEqual(store.size(), { entries: 2, bytes: 300 })
  })

  it("keeps no entry of less than nothing, which would make room that is not there", () => {
    const store = makeMemoryCacheStore({ maximumEntries: 10, maximumBytes: 300 })
    store.keep(first, entryOf("a", 1_000, -1))
    assert.deepStrictEqual(store.size(), { entries: 0, bytes: 0 })
  })
})
