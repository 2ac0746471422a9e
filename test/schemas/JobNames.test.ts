/** Names of jobs and of events: lists beside the unions they name. */
import { assert, describe, it } from "@effect/vitest"
import { CallEvent } from "../../schemas/CallEvent.ts"
import { JobMoney, JobState } from "../../schemas/Job.ts"
import { JobMoneyName, JobStateName } from "../../schemas/JobNames.ts"
import { isKeyEvent, keyEvents } from "../../schemas/KeyEvent.ts"

const tagOf = (member: { readonly fields: { readonly _tag: { readonly schema: { readonly literal: string } } } }) =>
  member.fields._tag.schema.literal

describe("names", () => {
  it("of a job's states and of what became of its money are those that a job can have", () => {
    assert.sameMembers([...JobStateName.literals], JobState.members.map(tagOf))
    assert.sameMembers([...JobMoneyName.literals], JobMoney.members.map(tagOf))
  })

  it("that begin with Key are those of the events of keys, and no other's", () => {
    const tags = CallEvent.members.map(tagOf)
    assert.sameMembers(
      tags.filter((_tag) => isKeyEvent({ _tag })),
      keyEvents.map(tagOf)
    )
  })
})
