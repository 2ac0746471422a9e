import { assert, describe, it } from "@effect/vitest"
import { refusedWhileOpen } from "../../../src/access/OpenFace.ts"

const asked = (headers: Readonly<Record<string, string>>, remoteAddress: string | undefined = "127.0.0.1") =>
  refusedWhileOpen({ headers, remoteAddress }) === undefined

describe("a face without a token", () => {
  it("serves this machine under its own names", () => {
    for (const host of ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST:1"])
      assert.isTrue(asked({ host }), host)
    for (const address of ["::1", "::ffff:127.0.0.1", "127.8.8.8"]) assert.isTrue(asked({ host: "localhost" }, address))
  })

  it("refuses every other machine, though it names itself localhost", () => {
    for (const address of ["10.0.0.7", "::ffff:10.0.0.7", "fe80::1", ""])
      assert.isFalse(asked({ host: "localhost" }, address), address)
  })

  it("refuses a name that was pointed here, and a request without one", () => {
    for (const host of ["evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", ""])
      assert.isFalse(asked({ host }), host)
    assert.isFalse(asked({}))
  })

  it("refuses pages of others, and serves its own", () => {
    const host = "localhost:8080"
    assert.isTrue(asked({ host, origin: "http://localhost:8080", "sec-fetch-site": "same-origin" }))
    for (const origin of ["http://evil.example", "http://localhost:3000", "null", "https://localhost"])
      assert.isFalse(asked({ host, origin }), origin)
    for (const site of ["cross-site", "same-site"]) assert.isFalse(asked({ host, "sec-fetch-site": site }), site)
    assert.isTrue(asked({ host, "sec-fetch-site": "none" }))
  })
})
