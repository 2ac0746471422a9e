import { assert, describe, it } from "@effect/vitest"
import { firstExpiry, type Lease, liveLeases, withoutLease } from "../../../../src/policy/circuit-breaker/Leases.ts"

const leases: ReadonlyArray<Lease> = [
  { id: 1, expiresAt: 30 },
  { id: 2, expiresAt: 10 },
  { id: 3, expiresAt: 20 }
]

describe("leases", () => {
  it("end at their instant, and none is copied while all hold", () => {
    assert.strictEqual(liveLeases(leases, 9), leases)
    assert.deepStrictEqual(
      liveLeases(leases, 10).map(({ id }) => id),
      [1, 3]
    )
    assert.deepStrictEqual(liveLeases(leases, 30), [])
  })

  it("are given back one by one, and none is copied where there is none of that call", () => {
    assert.strictEqual(withoutLease(leases, 4), leases)
    assert.deepStrictEqual(
      withoutLease(leases, 2).map(({ id }) => id),
      [1, 3]
    )
  })

  it("end first where the earliest does, in whatever order they were given", () => {
    assert.strictEqual(firstExpiry(leases), 10)
    assert.strictEqual(firstExpiry(leases.toReversed()), 10)
    assert.strictEqual(firstExpiry(leases.slice(0, 1)), 30)
    assert.isUndefined(firstExpiry([]))
  })
})
