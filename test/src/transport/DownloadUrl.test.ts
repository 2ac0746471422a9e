import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { checkDownloadUrl, isResultHost } from "../../../src/transport/DownloadUrl.ts"

const detailOf = (url: string, allowLoopback = false): string | undefined =>
  Result.match(checkDownloadUrl(url, { allowLoopback }), {
    onSuccess: () => undefined,
    onFailure: (reason) => {
      assert.deepInclude(reason, { _tag: "ImageRejected", problem: "HostNotAllowed" })
      return reason.detail
    }
  })

const refused: ReadonlyArray<readonly [url: string, detail: string]> = [
  ["https://127.0.0.1/a", "127.0.0.1: is this machine"],
  ["https://127.1/a", "127.0.0.1: is this machine"],
  ["https://2130706433/a", "127.0.0.1: is this machine"],
  ["https://0x7f000001/a", "127.0.0.1: is this machine"],
  ["https://017700000001/a", "127.0.0.1: is this machine"],
  ["https://localhost/a", "localhost: is this machine"],
  ["https://localhost./a", "localhost.: is this machine"],
  ["https://LocalHost/a", "localhost: is this machine"],
  ["https://x.localhost/a", "x.localhost: is this machine"],
  ["https://[::1]/a", "[::1]: is this machine"],
  ["https://[::ffff:127.0.0.1]/a", "[::ffff:7f00:1]: is this machine"],
  ["https://[::ffff:10.0.0.1]/a", "[::ffff:a00:1]: not a public address"],
  ["https://[64:ff9b::10.0.0.1]/a", "[64:ff9b::a00:1]: not a public address"],
  ["https://[fd00::1]/a", "[fd00::1]: not a public address"],
  ["https://100.64.0.1/a", "100.64.0.1: not a public address"],
  ["https://169.254.169.254/latest", "169.254.169.254: not a public address"],
  ["https://10.1.2.3:8443/a", "10.1.2.3: not a public address"],
  ["https://0/a", "0.0.0.0: not a public address"],
  ["http://cdn.example.com/a?signature=canary", "cdn.example.com: not https"],
  ["ftp://cdn.example.com/a", "cdn.example.com: not https"],
  ["data:image/png;base64,AAAA", ": not https"],
  ["file:///etc/passwd", ": not https"],
  ["https://user:canary@cdn.example.com/", "cdn.example.com: has a user name or password"],
  ["https://canary@cdn.example.com/", "cdn.example.com: has a user name or password"],
  ["/a.png?signature=canary", "?: not a URL"],
  ["", "?: not a URL"]
]

describe("checkDownloadUrl", () => {
  for (const [url, detail] of refused) {
    it(`refuses ${JSON.stringify(url)}`, () => assert.strictEqual(detailOf(url), detail))
  }

  it("allows https to names and public addresses, on any port, and keeps the query", () => {
    for (const url of [
      "https://cdn.example.com/a.png?signature=1",
      "https://cdn.example.com:8443/a",
      "https://8.8.8.8/",
      "https://[2606:4700::1111]/"
    ]) {
      assert.strictEqual(Result.getOrThrow(checkDownloadUrl(url, { allowLoopback: false })).href, url)
    }
  })

  it("allows this machine, also without encryption, only where the provider is on it", () => {
    for (const url of ["http://127.0.0.1:8080/a", "http://localhost:1/", "https://[::1]/"]) {
      assert.isUndefined(detailOf(url, true))
      assert.isString(detailOf(url, false))
    }
    assert.strictEqual(detailOf("http://10.0.0.1/", true), "10.0.0.1: not https")
    assert.strictEqual(detailOf("https://10.0.0.1/", true), "10.0.0.1: not a public address")
    assert.strictEqual(detailOf("ftp://localhost/", true), "localhost: not http or https")
  })

  it("no refusal shows more of a URL than its host", () => {
    for (const [url] of refused) assert.notInclude(detailOf(url) ?? "", "canary")
  })
})

describe("isResultHost", () => {
  it("knows a host and what is below it, and nothing that only looks alike", () => {
    const known = ["results.example.com"]
    assert.isTrue(isResultHost("results.example.com", known))
    assert.isTrue(isResultHost("eu.results.example.com", known))
    for (const host of ["example.com", "xresults.example.com", "results.example.com.evil.test", ""]) {
      assert.isFalse(isResultHost(host, known), host)
    }
    assert.isFalse(isResultHost("results.example.com", []))
  })
})
