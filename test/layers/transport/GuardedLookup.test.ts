import { assert, describe, it } from "@effect/vitest"
import type { LookupOptions } from "node:dns"
import type { LookupFunction } from "node:net"
import { AddressNotAllowed, guardedLookup } from "../../../layers/transport/GuardedLookup.ts"
import { isPublicAddress } from "../../../src/transport/AddressPolicy.ts"

const found = (lookup: LookupFunction, options: LookupOptions) => {
  const answers: Array<unknown> = []
  lookup("cdn.example.com", options, (...answer) => answers.push(answer))
  return answers
}

describe("guardedLookup", () => {
  it("a name that changes between two questions is asked once, and its first answer is connected to", () => {
    let questions = 0
    const rebinding: LookupFunction = (_hostname, _options, callback) => {
      questions += 1
      callback(null, [{ address: questions === 1 ? "8.8.8.8" : "127.0.0.1", family: 4 }])
    }
    const lookup = guardedLookup(rebinding, isPublicAddress)
    assert.deepStrictEqual(found(lookup, { all: true }), [[null, [{ address: "8.8.8.8", family: 4 }]]])
    assert.strictEqual(questions, 1)
    const [[second]] = found(lookup, { all: true }) as [[unknown]]
    assert.instanceOf(second, AddressNotAllowed)
  })

  it("gives one address to whoever wants one, and still checks all of them", () => {
    const lookupOf = (...addresses: ReadonlyArray<string>) =>
      guardedLookup((_hostname, options, callback) => {
        assert.isTrue(options.all)
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 }))
        )
      }, isPublicAddress)
    assert.deepStrictEqual(found(lookupOf("8.8.8.8", "1.1.1.1"), {}), [[null, "8.8.8.8", 4]])
    const [[refused]] = found(lookupOf("8.8.8.8", "10.0.0.1"), {}) as [[unknown]]
    assert.instanceOf(refused, AddressNotAllowed)
  })

  it("judges the answer of a resolver that gives one address whatever it was asked", () => {
    const lookup = guardedLookup((_hostname, _options, callback) => callback(null, "127.0.0.1", 4), isPublicAddress)
    const [[refused]] = found(lookup, { all: true }) as [[unknown]]
    assert.instanceOf(refused, AddressNotAllowed)
  })
})
