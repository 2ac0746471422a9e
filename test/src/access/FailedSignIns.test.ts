import { assert, describe, it } from "@effect/vitest"
import {
  failuresPerMinute,
  failureWindowMillis,
  makeFailedSignIns,
  rememberedAddresses
} from "../../../src/access/FailedSignIns.ts"

describe("wrong tokens", () => {
  it("are answered ten times a minute, then an address is told when to come again", () => {
    const memory = makeFailedSignIns()
    for (let failure = 0; failure < failuresPerMinute; failure++) assert.strictEqual(memory.failed("a", failure), 0)
    assert.strictEqual(memory.failed("a", 1_000), failureWindowMillis - 1_000)
    assert.strictEqual(memory.failed("b", 1_000), 0)
    assert.strictEqual(memory.failed("a", failureWindowMillis), 0)
  })

  it("of ever new addresses push out the oldest, so that memory is bounded", () => {
    const memory = makeFailedSignIns()
    for (let failure = 0; failure <= failuresPerMinute; failure++) memory.failed("first", 0)
    for (let address = 0; address < rememberedAddresses - 1; address++) memory.failed(`${address}`, 0)
    assert.isAbove(memory.failed("first", 1), 0)
    for (let address = 0; address < rememberedAddresses; address++) memory.failed(`again ${address}`, 1)
    assert.strictEqual(memory.failed("first", 1), 0)
  })
})
