import { assert, describe, it } from "@effect/vitest"
import { Bulkhead, type SlotUse } from "../../../../src/policy/bulkhead/Bulkhead.ts"

const takeAll = (bulkhead: Bulkhead, use: SlotUse, now = 0): number => {
  let taken = 0
  for (; bulkhead.hasRoom(use, now) && taken < 100; taken++) bulkhead.take(use)
  return taken
}

describe("the bulkhead", () => {
  it("keeps one slot from new work, and gives it to what brings in results", () => {
    const bulkhead = new Bulkhead({ concurrency: 5, keepsOne: true })
    assert.strictEqual(takeAll(bulkhead, "ordinary"), 4)
    assert.strictEqual(takeAll(bulkhead, "kept"), 1)
    assert.strictEqual(bulkhead.inUse, 5)
    bulkhead.release("ordinary")
    assert.isTrue(bulkhead.hasRoom("ordinary", 0))
    bulkhead.release("kept")
    assert.isTrue(bulkhead.hasRoom("kept", 0))
  })

  it("lets results take every slot, and new work none of the last", () => {
    const bulkhead = new Bulkhead({ concurrency: 3, keepsOne: true })
    assert.strictEqual(takeAll(bulkhead, "kept"), 3)
    bulkhead.release("kept")
    assert.isTrue(bulkhead.hasRoom("ordinary", 0))
    bulkhead.take("ordinary")
    bulkhead.release("kept")
    assert.isTrue(bulkhead.hasRoom("ordinary", 0))
    bulkhead.take("ordinary")
    bulkhead.release("kept")
    assert.isFalse(bulkhead.hasRoom("ordinary", 0))
    assert.isTrue(bulkhead.hasRoom("kept", 0))
  })

  it("keeps none where nothing asks for it, and none of one", () => {
    assert.strictEqual(takeAll(new Bulkhead({ concurrency: 4, keepsOne: false }), "ordinary"), 4)
    const single = new Bulkhead({ concurrency: 1, keepsOne: true })
    assert.strictEqual(takeAll(single, "ordinary"), 1)
    assert.isFalse(single.hasRoom("kept", 0))
  })

  it("is lowered until an instant, and is itself again at that instant", () => {
    const bulkhead = new Bulkhead({ concurrency: 4, keepsOne: false })
    assert.strictEqual(bulkhead.mayGrowAt, Number.POSITIVE_INFINITY)
    bulkhead.lower(2, 99.5)
    assert.strictEqual(bulkhead.mayGrowAt, 100)
    assert.strictEqual(takeAll(bulkhead, "ordinary", 99), 2)
    assert.isFalse(bulkhead.hasRoom("ordinary", 99))
    assert.isTrue(bulkhead.hasRoom("ordinary", 100))
    assert.strictEqual(bulkhead.concurrencyAt(100), 4)
    assert.strictEqual(bulkhead.mayGrowAt, Number.POSITIVE_INFINITY)
  })

  it("is never lowered to nothing, and never above the settings", () => {
    const bulkhead = new Bulkhead({ concurrency: 4, keepsOne: true })
    bulkhead.lower(0, 100)
    assert.strictEqual(bulkhead.concurrencyAt(0), 1)
    assert.strictEqual(takeAll(bulkhead, "ordinary"), 1)
    bulkhead.lower(50, 100)
    assert.strictEqual(bulkhead.concurrencyAt(0), 4)
    bulkhead.lower(3, 100)
    bulkhead.configure({ concurrency: 2, keepsOne: true })
    assert.strictEqual(bulkhead.concurrencyAt(0), 2)
  })

  it("lets slots in use stay in use when the settings allow fewer", () => {
    const bulkhead = new Bulkhead({ concurrency: 4, keepsOne: false })
    takeAll(bulkhead, "ordinary")
    bulkhead.configure({ concurrency: 2, keepsOne: false })
    assert.strictEqual(bulkhead.inUse, 4)
    bulkhead.release("ordinary")
    bulkhead.release("ordinary")
    assert.isFalse(bulkhead.hasRoom("ordinary", 0))
    bulkhead.release("ordinary")
    assert.isTrue(bulkhead.hasRoom("ordinary", 0))
  })
})
