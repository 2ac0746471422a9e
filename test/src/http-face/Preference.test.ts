/**
 * `Prefer: wait=N`, against RFC 7240.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { preferredWait } from "../../../src/http-face/Preference.ts"

const seconds = (header: string | undefined) => {
  const wait = preferredWait(header)
  return wait === undefined ? undefined : Duration.toSeconds(wait)
}

describe("preferredWait", () => {
  it("is found among other preferences, in any case, quoted or not", () => {
    assert.strictEqual(seconds("wait=5"), 5)
    assert.strictEqual(seconds('respond-async, WAIT="7"'), 7)
    assert.strictEqual(seconds("handling=lenient, wait = 3; foo=bar"), 3)
  })

  it("is the first one where there are several, and at most ten minutes", () => {
    assert.strictEqual(seconds("wait=1, wait=2"), 1)
    assert.strictEqual(seconds("wait=999999999"), 600)
  })

  it("is none where it can not be read", () => {
    for (const header of [undefined, "", "wait", "wait=", "wait=-1", "wait=1.5", "await=5", "respond-async"])
      assert.isUndefined(seconds(header), String(header))
  })
})
