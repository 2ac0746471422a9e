import { assert, describe, it } from "@effect/vitest"
import { leakLines } from "../../../apps/cli/LeakReport.ts"

describe("the report of the sweep for leaks", () => {
  it("says what was searched, and where something was found", () => {
    const searched = { log: 12, file: 3 }
    assert.deepStrictEqual(leakLines({ worlds: 2, searched, leaks: [] }), [
      "2 situations; searched: 12 × log, 3 × file",
      "✔ no key, no secret and no prompt was found"
    ])
    const leak = { world: "fault reset", sink: "file", place: "ledger.sqlite-wal", kind: "prompt" } as const
    assert.include(
      leakLines({ worlds: 2, searched, leaks: [leak] }).join("\n"),
      "✖ a prompt in a file (ledger.sqlite-wal), fault reset"
    )
  })
})
