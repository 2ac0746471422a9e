/** Raising, escalating and resolving, by example and for any story. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { AlertName, type AlertNotice } from "../../../schemas/Alert.ts"
import { type AlertRule, alertRules } from "../../../src/alerts/AlertRules.ts"
import {
  activeAlerts,
  type AlertState,
  decideAlerts,
  keyOfAlert,
  nothingWatched,
  watchedSubjects
} from "../../../src/alerts/DecideAlerts.ts"

interface Seen {
  readonly after: number
  readonly name?: AlertName
  readonly subject?: string
  readonly level: number
}

/** What a story tells, and what it leaves. */
const tell = (
  story: ReadonlyArray<Seen>,
  from: { readonly state: AlertState; readonly now: number } = { state: nothingWatched, now: 1_000_000 }
) => {
  let { now, state } = from
  const notices: Array<AlertNotice> = []
  for (const { after, level, name = "RateLimitUse", subject = "chat" } of story) {
    now += after
    const decided = decideAlerts(alertRules, state, { name, subject, level, message: `at ${level}` }, now)
    state = decided.state
    notices.push(...decided.notices)
  }
  return { notices, state, now }
}

const told = (story: ReadonlyArray<Seen>) => {
  const { notices } = tell(story)
  return notices.map(({ _tag, alert, at }) => `${_tag} ${alert.severity} ${alert.value} at ${at - 1_000_000}`)
}

describe("decideAlerts", () => {
  const stories: ReadonlyArray<readonly [string, ReadonlyArray<Seen>, ReadonlyArray<string>]> = [
    ["what is below the threshold is no news", [{ after: 0, level: 0.799 }], []],
    ["the threshold itself raises", [{ after: 0, level: 0.8 }], ["Raised warning 0.8 at 0"]],
    ["all of it is critical at once", [{ after: 0, level: 1 }], ["Raised critical 1 at 0"]],
    [
      "from one severity to the other it is escalated, once",
      [
        { after: 0, level: 0.9 },
        { after: 5, level: 1 },
        { after: 5, level: 0.9 },
        { after: 5, level: 1 }
      ],
      ["Raised warning 0.9 at 0", "Escalated critical 1 at 5"]
    ],
    [
      "between the two levels nothing is resolved, whatever time passes",
      [
        { after: 0, level: 0.8 },
        { after: 1e9, level: 0.7 }
      ],
      ["Raised warning 0.8 at 0"]
    ],
    [
      "below the lower level it is resolved after the hold time, not before",
      [
        { after: 0, level: 0.8 },
        { after: 10, level: 0.69 },
        { after: 59_999, level: 0 },
        { after: 1, level: 0 }
      ],
      ["Raised warning 0.8 at 0", "Resolved warning 0 at 60010"]
    ],
    [
      "what comes back within the hold time holds it anew",
      [
        { after: 0, level: 0.8 },
        { after: 10, level: 0.1 },
        { after: 50_000, level: 0.75 },
        { after: 10, level: 0.1 },
        { after: 59_999, level: 0.1 },
        { after: 1, level: 0.1 }
      ],
      ["Raised warning 0.8 at 0", "Resolved warning 0.1 at 110020"]
    ],
    [
      "what must last is raised when it has lasted",
      [
        { after: 0, name: "StaleAnswers", level: 1 },
        { after: 59_999, name: "StaleAnswers", level: 1 },
        { after: 1, name: "StaleAnswers", level: 1 }
      ],
      ["Raised warning 1 at 60000"]
    ],
    [
      "what does not last is never told",
      [
        { after: 0, name: "StaleAnswers", level: 1 },
        { after: 59_999, name: "StaleAnswers", level: 0 },
        { after: 1, name: "StaleAnswers", level: 1 }
      ],
      []
    ],
    [
      "subjects are told apart",
      [
        { after: 0, level: 0.8 },
        { after: 0, subject: "submit", level: 0.8 },
        { after: 0, level: 0.8 }
      ],
      ["Raised warning 0.8 at 0", "Raised warning 0.8 at 0"]
    ],
    [
      "a clock that is put back resolves nothing early",
      [
        { after: 0, level: 0.8 },
        { after: 10, level: 0 },
        { after: -100_000, level: 0 }
      ],
      ["Raised warning 0.8 at 0"]
    ]
  ]
  it.each(stories)("%s", (_name, story, expected) => {
    assert.deepStrictEqual(told(story), expected)
  })

  it("a rule resolves below where it raises, and escalates above", () => {
    for (const [name, rule] of Object.entries(alertRules) as ReadonlyArray<[AlertName, AlertRule]>) {
      assert.isAtMost(rule.resolveBelow, rule.raiseAt, name)
      assert.isAtLeast(rule.criticalAt, rule.raiseAt, name)
      assert.isAbove(rule.resolveBelow, 0, name)
    }
  })
})

const Story = Schema.Array(
  Schema.Struct({
    after: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 90_000 })),
    name: AlertName,
    subject: Schema.Literals(["one", "two"]),
    level: Schema.Literals([0, 0.5, 0.7, 0.75, 0.8, 0.9, 1, 2, 5])
  })
)

const byAlert = (notices: ReadonlyArray<AlertNotice>): ReadonlyArray<ReadonlyArray<AlertNotice>> => [
  ...Map.groupBy(notices, ({ alert }) => keyOfAlert(alert)).values()
]

describe("for any story", () => {
  it.prop("notices of an alert alternate: raised, at most once escalated, resolved", [Story], ([story]) => {
    for (const notices of byAlert(tell(story).notices)) {
      const tags = notices.map(({ _tag }) => ({ Raised: "R", Escalated: "E", Resolved: "X" })[_tag]).join("")
      assert.match(tags, /^(?:RE?X)*(?:RE?)?$/)
    }
  })

  it.prop("an alert that was resolved held for its hold time, and was below its lower level", [Story], ([story]) => {
    for (const notices of byAlert(tell(story).notices)) {
      notices.forEach((notice, index) => {
        if (notice._tag !== "Resolved") return
        const rule = alertRules[notice.alert.name]
        assert.isBelow(notice.alert.value, rule.resolveBelow)
        assert.isAtLeast(notice.at - (notices[index - 1]?.at ?? 0), rule.holdMillis)
      })
    }
  })

  it.prop("every alert is resolved, once, when its cause is gone", [Story], ([story]) => {
    const before = tell(story)
    const gone = watchedSubjects(before.state).map((it) => ({ ...it, after: 0, level: 0 }))
    const later = gone.map((it, index) => (index === 0 ? { ...it, after: 300_000 } : it))
    const after = tell([...gone, ...later], before)
    assert.deepStrictEqual(
      after.notices.map(({ _tag, alert }) => `${_tag} ${keyOfAlert(alert)}`).toSorted(),
      activeAlerts(before.state)
        .map((alert) => `Resolved ${keyOfAlert(alert)}`)
        .toSorted()
    )
    assert.strictEqual(after.state.size, 0)
  })

  it.prop("what is active is what was raised and not resolved", [Story], ([story]) => {
    const { notices, state } = tell(story)
    const open = new Set<string>()
    for (const { _tag, alert } of notices) {
      if (_tag === "Raised") assert.isFalse(open.has(keyOfAlert(alert)))
      if (_tag === "Resolved") open.delete(keyOfAlert(alert))
      else open.add(keyOfAlert(alert))
    }
    assert.deepStrictEqual(activeAlerts(state).map(keyOfAlert).toSorted(), [...open].toSorted())
  })

  it.prop("to see the same again changes nothing", [Story], ([story]) => {
    let state = nothingWatched
    let now = 0
    for (const seen of story) {
      now += seen.after
      const first = decideAlerts(alertRules, state, { ...seen, message: "m" }, now)
      const second = decideAlerts(alertRules, first.state, { ...seen, message: "m" }, now)
      assert.deepStrictEqual(second.notices, [])
      assert.strictEqual(second.state, first.state)
      state = first.state
    }
  })
})
