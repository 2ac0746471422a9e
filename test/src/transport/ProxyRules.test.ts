import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { type ProxyEnvironment, proxyRules } from "../../../src/transport/ProxyRules.ts"

const proxyOf = (environment: ProxyEnvironment, url: string) =>
  Result.getOrThrow(proxyRules(environment))(new URL(url))?.href

const provider = "https://api.provider.test/v1"

describe("proxyRules", () => {
  it("uses HTTPS_PROXY for https, and the lower case name before it", () => {
    assert.strictEqual(proxyOf({ HTTPS_PROXY: "http://proxy.test:3128" }, provider), "http://proxy.test:3128/")
    assert.strictEqual(
      proxyOf({ HTTPS_PROXY: "http://a.test", https_proxy: "https://b.test" }, provider),
      "https://b.test/"
    )
    assert.strictEqual(proxyOf({ HTTPS_PROXY: "proxy.test:3128" }, provider), "http://proxy.test:3128/")
  })

  it("without a setting, or with a blank one, nothing is proxied", () => {
    for (const environment of [{}, { HTTPS_PROXY: "" }, { HTTPS_PROXY: "  " }, { HTTP_PROXY: "http://proxy.test" }]) {
      assert.isUndefined(proxyOf(environment, provider))
    }
  })

  it("http and this machine are never proxied", () => {
    for (const url of [
      "http://api.provider.test/",
      "https://localhost/",
      "https://127.0.0.1:8443/",
      "https://[::1]/"
    ]) {
      assert.isUndefined(proxyOf({ HTTPS_PROXY: "http://proxy.test" }, url), url)
    }
  })

  const exempt: ReadonlyArray<readonly [noProxy: string, isExempt: boolean]> = [
    ["*", true],
    ["api.provider.test", true],
    ["provider.test", true],
    [".provider.test", true],
    ["*.provider.test", true],
    ["PROVIDER.TEST", true],
    ["a.test, provider.test", true],
    ["a.test provider.test", true],
    ["provider.test:443", true],
    ["provider.test:8443", false],
    ["vider.test", false],
    ["test.provider", false],
    ["", false],
    [",", false],
    ["v1.api.provider.test", false]
  ]
  for (const [noProxy, isExempt] of exempt) {
    it(`NO_PROXY=${JSON.stringify(noProxy)} ${isExempt ? "exempts" : "does not exempt"} the provider`, () =>
      assert.strictEqual(
        proxyOf({ HTTPS_PROXY: "http://proxy.test", NO_PROXY: noProxy }, provider) === undefined,
        isExempt
      ))
  }

  it("NO_PROXY exempts addresses", () => {
    const environment = { HTTPS_PROXY: "http://proxy.test", NO_PROXY: "10.0.0.1,[2606:4700::1111]" }
    assert.isUndefined(proxyOf(environment, "https://10.0.0.1/"))
    assert.isUndefined(proxyOf(environment, "https://[2606:4700::1111]/"))
  })

  it("a proxy that can not be understood is an error without its value", () => {
    for (const HTTPS_PROXY of ["socks5://proxy.test", "http://", "http://a b", "ftp://proxy.test"]) {
      assert.deepStrictEqual(proxyRules({ HTTPS_PROXY }), Result.fail("HTTPS_PROXY"))
    }
  })
})
