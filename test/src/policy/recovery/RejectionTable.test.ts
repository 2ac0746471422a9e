/** Of a store that fails, only what passes by itself is worth another try. */
import { assert, describe, it } from "@effect/vitest"
import { StorageFailed } from "../../../../schemas/Reason.ts"
import { isRejectionRetryable } from "../../../../src/policy/recovery/RejectionTable.ts"

describe("a rejection because of the store", () => {
  const problems = StorageFailed.fields.problem.literals

  it("may be tried again where the disk is full or somebody holds the lock, and nowhere else", () => {
    assert.deepStrictEqual(
      problems.filter((problem) => isRejectionRetryable({ _tag: "StorageFailed", problem, detail: "" })).toSorted(),
      ["DiskFull", "Locked"]
    )
    assert.isAbove(problems.length, 2)
  })
})
