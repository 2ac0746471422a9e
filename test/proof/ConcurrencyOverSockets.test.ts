import { describe, it } from "@effect/vitest"
import { expectKeptSlot, expectSlotsKept } from "./ConcurrencyTraffic.ts"

describe.concurrent("the requests on the wire", () => {
  for (const concurrency of [3, 5]) {
    it.live(`are never more than ${concurrency} of an account, whatever is cut, lost or left`, () =>
      expectSlotsKept(concurrency, 100)
    )

    it.live(`leave one of ${concurrency} slots to polls and downloads while submits wait`, () =>
      expectKeptSlot(concurrency)
    )
  }
})
