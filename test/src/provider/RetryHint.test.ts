/** When a provider says that we may come back: every form of the headers, and the nonsense that is none. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { retryHint } from "../../../src/provider/RetryHint.ts"

const now = Date.UTC(2026, 10, 23, 12, 0, 0)

const hintMillis = (headers: Record<string, string>): number | undefined => {
  const hint = retryHint(headers, now)
  return hint === undefined ? undefined : Duration.toMillis(hint)
}

const year = 365 * 24 * 60 * 60 * 1000

describe("RetryHint: every form and every nonsense of Retry-After", () => {
  it.each<[Record<string, string>, number]>([
    [{ "retry-after": "2" }, 2000],
    [{ "retry-after": " 2 " }, 2000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "1.5" }, 1500],
    [{ "retry-after": "0.0001" }, 1],
    [{ "retry-after-ms": "250" }, 250],
    [{ "retry-after-ms": "250", "retry-after": "9" }, 250],
    [{ "retry-after-ms": "soon", "retry-after": "9" }, 9000],
    [{ "retry-after": "Mon, 23 Nov 2026 12:00:30 GMT" }, 30_000],
    [{ "retry-after": "Monday, 23-Nov-26 12:00:30 GMT" }, 30_000],
    [{ "retry-after": "Mon Nov 23 12:00:30 2026" }, 30_000],
    [{ "retry-after": "Mon, 23 Nov 2026 12:00:00 GMT" }, 0],
    [{ "retry-after": "86400" }, 86_400_000],
    [{ "retry-after": "9".repeat(400) }, year],
    [{ "retry-after": "Fri, 01 Jan 2999 00:00:00 GMT" }, year]
  ])("%j is a hint", (headers, expected) => {
    assert.strictEqual(hintMillis(headers), expected)
  })

  it.each([
    "-5",
    "NaN",
    "Infinity",
    "",
    "  ",
    "soon",
    "1e3",
    "0x10",
    "+5",
    "5 days",
    "12:00:30",
    "2026-11-23T12:00:30Z",
    "Mon, 23 Nov 2026 11:59:59 GMT",
    "Mon, 99 Nov 2026 12:00:30 GMT",
    "5, 6"
  ])("%j is no hint", (value) => {
    assert.strictEqual(hintMillis({ "retry-after": value }), undefined)
    assert.strictEqual(hintMillis({ "retry-after-ms": value }), undefined)
  })

  it("is nothing where there is no header", () => {
    assert.strictEqual(hintMillis({}), undefined)
  })

  it("a date is measured from the answer's own date, so that a wrong clock here does not matter", () => {
    const headers = { "retry-after": "Mon, 23 Nov 2026 09:00:30 GMT", date: "Mon, 23 Nov 2026 09:00:00 GMT" }
    assert.strictEqual(hintMillis(headers), 30_000)
    assert.strictEqual(hintMillis({ ...headers, date: "yesterday" }), undefined)
  })

  it.prop(
    "is never negative and never longer than a year",
    { value: Schema.String, at: Schema.Finite },
    ({ at, value }) => {
      for (const headers of [{ "retry-after": value }, { "retry-after-ms": value }, { "retry-after": String(at) }]) {
        const millis = hintMillis(headers)
        assert.isTrue(millis === undefined || (millis >= 0 && millis <= year))
      }
    }
  )
})
