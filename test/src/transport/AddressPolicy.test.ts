import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { isLoopbackAddress, isLoopbackHost, isPublicAddress } from "../../../src/transport/AddressPolicy.ts"

const Byte = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))

/** The IPv4 ranges that are not the public internet, as [first bytes, what it is]. */
const refused: ReadonlyArray<readonly [string, string]> = [
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "this network"],
  ["10.0.0.1", "private"],
  ["100.64.0.1", "CGNAT"],
  ["100.127.255.254", "CGNAT"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["169.254.169.254", "cloud metadata"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["192.0.0.1", "protocol assignments"],
  ["192.0.2.1", "documentation"],
  ["192.88.99.1", "6to4 relays"],
  ["192.168.1.1", "private"],
  ["198.18.0.1", "benchmarks"],
  ["198.51.100.1", "documentation"],
  ["203.0.113.1", "documentation"],
  ["224.0.0.1", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "broadcast"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["::7f00:1", "IPv4-compatible"],
  ["::ffff:127.0.0.1", "mapped"],
  ["::ffff:7f00:1", "mapped"],
  ["::ffff:10.0.0.1", "mapped"],
  ["64:ff9b::10.0.0.1", "NAT64 of private"],
  ["64:ff9b::127.0.0.1", "NAT64 of loopback"],
  ["64:ff9b:1::8.8.8.8", "local NAT64"],
  ["100::1", "discard"],
  ["2001::1", "Teredo"],
  ["2001:db8::1", "documentation"],
  ["2002:7f00:1::1", "6to4 of loopback"],
  ["2002:808:808::1", "6to4"],
  ["3fff::1", "documentation"],
  ["4000::1", "not global unicast"],
  ["fc00::1", "unique local"],
  ["fd12:3456::1", "unique local"],
  ["fe80::1", "link-local"],
  ["fe80::1%eth0", "link-local with a zone"],
  ["fec0::1", "site-local"],
  ["ff02::1", "multicast"],
  ["", "nothing"],
  ["example.com", "a name"]
]

describe("AddressPolicy", () => {
  for (const [address, what] of refused) {
    it(`${what} (${address}) is not public`, () => assert.isFalse(isPublicAddress(address)))
  }

  for (const address of [
    "8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "[2606:4700::1111]",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8"
  ]) {
    it(`${address} is public`, () => assert.isTrue(isPublicAddress(address)))
  }

  it.prop(
    "an IPv4 address is judged alike in all its IPv6 clothes",
    { bytes: Schema.Tuple([Byte, Byte, Byte, Byte]) },
    ({ bytes }) => {
      const plain = bytes.join(".")
      assert.strictEqual(isPublicAddress(`::ffff:${plain}`), isPublicAddress(plain))
      assert.strictEqual(isPublicAddress(`64:ff9b::${plain}`), isPublicAddress(plain))
      assert.isFalse(isPublicAddress(`::${plain}`))
    }
  )

  it.prop(
    "an address written as a number is judged as the address it is",
    {
      bytes: Schema.Tuple([Byte, Byte, Byte, Byte])
    },
    ({ bytes }) => {
      const plain = bytes.join(".")
      const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
      for (const text of [String(number), `0x${number.toString(16)}`, `0${number.toString(8)}`]) {
        assert.strictEqual(isPublicAddress(new URL(`https://${text}/`).hostname), isPublicAddress(plain))
      }
    }
  )

  it.prop("no address is both public and loopback", { bytes: Schema.Tuple([Byte, Byte, Byte, Byte]) }, ({ bytes }) => {
    const plain = bytes.join(".")
    assert.isFalse(isPublicAddress(plain) && isLoopbackAddress(plain))
  })

  it("this machine is known by its names and its addresses", () => {
    for (const host of [
      "localhost",
      "LOCALHOST",
      "localhost.",
      "a.localhost",
      "a.localhost.",
      "127.0.0.1",
      "127.1.2.3",
      "[::1]",
      "::1",
      "[::ffff:7f00:1]"
    ]) {
      assert.isTrue(isLoopbackHost(host), host)
    }
    for (const host of ["localhost.example.com", "notlocalhost", "8.8.8.8", "128.0.0.1", "[::2]"]) {
      assert.isFalse(isLoopbackHost(host), host)
    }
  })
})
