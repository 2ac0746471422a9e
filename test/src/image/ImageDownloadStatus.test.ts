import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { ApiReason } from "../../../schemas/Reason.ts"
import { classifyDownload, isRedirect } from "../../../src/image/ImageDownloadStatus.ts"

const expected = (status: number): string | undefined => {
  if (status === 206) return "IncompleteResponse"
  if (status >= 200 && status < 300) return undefined
  if ([401, 403, 404, 410].includes(status)) return "ResultExpired"
  if (status === 429) return "RateLimited"
  if ([502, 503, 504, 529].includes(status)) return "ServiceUnavailable"
  return status >= 500 ? "ServerFailed" : "RequestRejected"
}

const classify = (status: number, headers: Readonly<Record<string, string>> = {}) =>
  classifyDownload({ status, headers }, 0)

describe("classifyDownload", () => {
  it("gives every status from 100 to 599 its reason, and every reason fits the schema", () => {
    for (let status = 100; status <= 599; status++) {
      const reason = classify(status)
      assert.strictEqual(reason?._tag, expected(status), String(status))
      if (reason !== undefined) assert.isTrue(Schema.is(ApiReason)(reason))
    }
  })

  it("keeps the server's hint where waiting helps", () => {
    for (const status of [429, 500, 503]) {
      assert.deepInclude(classify(status, { "retry-after": "2" }), { retryAfter: Duration.seconds(2) })
      assert.notProperty(classify(status, { "retry-after": "soon" }), "retryAfter")
    }
  })

  it("knows the five statuses that send elsewhere", () => {
    const redirects = Array.from({ length: 500 }, (_, index) => index + 100).filter((status) => isRedirect(status))
    assert.deepStrictEqual(redirects, [301, 302, 303, 307, 308])
  })
})
