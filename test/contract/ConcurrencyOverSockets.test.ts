import { describe, it } from "@effect/vitest"
import { expectKeptSlot, expectSlotsKept } from "../proof/ConcurrencyTraffic.ts"

describe.concurrent("the requests on the wire", () => {
  it.live("are never more than 3 of an account, whatever is cut, lost or left", () => expectSlotsKept(3, 30))

  it.live("leave one of 3 slots to polls and downloads while submits wait", () => expectKeptSlot(3))
})
