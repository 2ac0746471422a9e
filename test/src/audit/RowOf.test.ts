import { assert, describe, it } from "@effect/vitest"
import { CallEvent } from "../../../schemas/CallEvent.ts"
import { noCost } from "../../../schemas/Money.ts"
import { entryOf } from "../../../src/audit/ReadRow.ts"
import { hasRow, rowOf } from "../../../src/audit/RowOf.ts"
import { attemptSucceeded, callSucceeded, common } from "../../support/AuditEvents.ts"

/** A row as it is written and read again. */
const kept = (event: CallEvent) => {
  const content = JSON.stringify(rowOf(event))
  const row = { sequence: 1, link: "", at: event.at, callId: null, content, seal: null }
  return entryOf(row).row
}

describe("the row of an event", () => {
  it.prop(
    "can be read again, whatever the event",
    [CallEvent],
    ([event]) => {
      const row = kept(event)
      assert.strictEqual(row.kind, event._tag)
      assert.strictEqual(row.at, event.at)
      if ("callId" in event) assert.deepStrictEqual([row.callId, row.owner], [event.callId, event.owner])
    },
    { arbitrary: { runs: 500 } }
  )

  it("says where a result came from", () => {
    assert.strictEqual(kept(callSucceeded("call_1")).provenance, "Live")
    assert.strictEqual(kept({ _tag: "CacheAnswered", ...common("call_1"), answer: "Fresh" }).provenance, "Cached")
    assert.isUndefined(kept({ _tag: "CacheAnswered", ...common("call_1"), answer: "Miss" }).provenance)
    const fellBack = { _tag: "FellBack", ...common("call_1"), reason: "ServiceUnavailable" } as const
    assert.deepInclude(kept({ ...fellBack, to: "LocalTemplate" }), {
      provenance: "Degraded",
      because: "ServiceUnavailable"
    })
    assert.strictEqual(kept({ ...fellBack, to: "StaleAnswer" }).provenance, "Stale")
    assert.strictEqual(kept({ ...fellBack, to: "OtherProtocol" }).provenance, "OtherProvider")
  })

  it("keeps of a defect its places in the code, and not its words", () => {
    const stack = "TypeError: can not read a red fox\n    at one (file:///one.ts:1:2)\n    at two (file:///two.ts:3:4)"
    const row = kept({ _tag: "DefectCaught", ...common("call_1"), stack, cost: noCost })
    assert.deepStrictEqual(row["frames"], ["at one (file:///one.ts:1:2)", "at two (file:///two.ts:3:4)"])
    assert.notInclude(JSON.stringify(row), "fox")
  })

  it("is there for everything but what only begins", () => {
    assert.isFalse(hasRow({ _tag: "CallStarted" }))
    assert.isFalse(hasRow({ _tag: "AttemptStarted" }))
    assert.isFalse(hasRow({ _tag: "CallEnded" }))
    assert.isTrue(hasRow(attemptSucceeded("call_1")))
  })

  it("that was written over with something else is told to be no row", () => {
    const row = { sequence: 7, link: "", at: 5, callId: null, content: "{}", seal: null }
    assert.deepStrictEqual(entryOf(row), { sequence: 7, row: { kind: "Unreadable", at: 5 } })
  })
})
