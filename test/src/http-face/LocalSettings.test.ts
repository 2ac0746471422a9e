import { assert, describe, it } from "@effect/vitest"
import { localProblems } from "../../../src/http-face/LocalSettings.ts"

const namesIn = (patch: unknown) => localProblems(patch).map(({ name }) => name)

describe("what may not be changed over HTTP", () => {
  it("is where things are kept, what opens the vault, where alerts go, and the audit", () => {
    assert.deepStrictEqual(namesIn({ home: "/tmp", imageDirectory: "/etc", vault: { keyFile: "/etc/passwd" } }), [
      "imageDirectory",
      "home",
      "vault.keyFile"
    ])
    assert.deepStrictEqual(namesIn({ audit: { enabled: false }, store: "memory" }), ["store", "audit.enabled"])
    assert.deepStrictEqual(namesIn({ alerts: { webhookUrl: null } }), ["alerts.webhookUrl"])
  })

  it("is found where a whole part is given or taken back", () => {
    assert.include(namesIn({ vault: null }), "vault.key")
    assert.include(namesIn({ audit: 7 }), "audit.enabled")
  })

  it("is nothing else", () => {
    assert.deepStrictEqual(namesIn({ deepseek: { retryLimit: 1 }, budget: { perDay: 1 }, nonsense: true }), [])
    assert.deepStrictEqual(namesIn({}), [])
  })
})
