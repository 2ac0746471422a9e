import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { reasonOfError } from "../../../src/transport/ExchangeFailure.ts"

const limit = Duration.seconds(1)
const at = (phase: "connect" | "headers") => ({ host: "api.provider.test", phase, limit })
const withCode = (code: string, more: object = {}) => Object.assign(new Error("canary"), { code, ...more })
const tagOf = (code: string, phase: "connect" | "headers" = "connect") => reasonOfError(withCode(code), at(phase))?._tag
const errors = (...codes: ReadonlyArray<string>) =>
  reasonOfError(new AggregateError(codes.map((code) => withCode(code))), at("connect"))?._tag

describe("reasonOfError", () => {
  it("knows the codes of the resolver, of connecting and of TLS", () => {
    for (const code of ["ENOTFOUND", "ENODATA", "EAI_AGAIN", "EAI_FAIL", "ESERVFAIL"]) {
      assert.strictEqual(tagOf(code), "DnsFailed", code)
    }
    for (const code of [
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "CERT_HAS_EXPIRED",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "ERR_SSL_WRONG_VERSION_NUMBER",
      "EPROTO",
      "SELF_SIGNED_CERT_IN_CHAIN"
    ]) {
      assert.strictEqual(tagOf(code), "TlsFailed", code)
    }
    assert.strictEqual(tagOf("ECONNREFUSED"), "ConnectionRefused")
    for (const code of ["ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT"]) assert.strictEqual(tagOf(code), "TimedOut", code)
    for (const code of [
      "ECONNRESET",
      "EPIPE",
      "UND_ERR_SOCKET",
      "EHOSTUNREACH",
      "ENETUNREACH",
      "HPE_INVALID_CONSTANT"
    ]) {
      assert.strictEqual(tagOf(code), "ConnectionLost", code)
    }
  })

  it("a timeout of the operating system after connecting is a lost connection", () => {
    assert.deepStrictEqual(reasonOfError(withCode("ETIMEDOUT"), at("headers")), {
      _tag: "ConnectionLost",
      phase: "headers",
      code: "ETIMEDOUT"
    })
  })

  it("of several addresses a refusal tells most, then a timeout, then the first", () => {
    assert.strictEqual(errors("ENETUNREACH", "ECONNREFUSED"), "ConnectionRefused")
    assert.strictEqual(errors("ENETUNREACH", "ETIMEDOUT"), "TimedOut")
    assert.strictEqual(errors("ENETUNREACH", "EHOSTUNREACH"), "ConnectionLost")
  })

  it("looks into causes, to an end", () => {
    const inner = withCode("ENOTFOUND")
    const outer = new TypeError("fetch failed", { cause: new Error("wrapped", { cause: inner }) })
    assert.strictEqual(reasonOfError(outer, at("connect"))?._tag, "DnsFailed")
    const circular: { cause?: unknown } = new Error("circular")
    circular.cause = circular
    assert.strictEqual(reasonOfError(circular, at("connect"))?._tag, "ConnectionLost")
  })

  it("no message and no odd code of an error gets out", () => {
    for (const error of [withCode("https://canary"), new Error("canary"), "canary", undefined]) {
      assert.deepStrictEqual(reasonOfError(error, at("headers")), {
        _tag: "ConnectionLost",
        phase: "headers",
        code: "UNKNOWN"
      })
    }
  })

  it("a request that undici finds malformed is a defect", () => {
    assert.isUndefined(reasonOfError(withCode("UND_ERR_INVALID_ARG"), at("connect")))
  })
})
