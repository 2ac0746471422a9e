/** The table of the degraded modes, row by row. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DegradedMode } from "../../../../schemas/DegradedMode.ts"
import {
  decideModes,
  enterByHand,
  heldMode,
  leaveByHand,
  type ModeFacts,
  type ModeState,
  normal
} from "../../../../src/policy/degraded-mode/DecideModes.ts"

const allIsWell: ModeFacts = { chat: undefined, submit: undefined, account: undefined, fullestQueue: 0 }

/** What holds after these facts came one after the other, a millisecond apart. */
const after = (...story: ReadonlyArray<Partial<ModeFacts>>): ModeState =>
  story.reduce<ModeState>((state, facts, index) => decideModes(state, { ...allIsWell, ...facts }, index), normal)

const told = (state: ModeState) => state.map(({ by, mode, reason, since }) => `${mode} ${reason} ${by} ${since}`)

const broke = { reason: "InsufficientBalance", until: 100 } as const

describe("by rule", () => {
  const stories: ReadonlyArray<readonly [string, ReadonlyArray<Partial<ModeFacts>>, ReadonlyArray<string>]> = [
    ["all is well", [{}], []],
    ["the circuit of chat opens", [{ chat: "CircuitOpen" }], ["WithoutEnhancement CircuitOpen rule 0"]],
    ["the circuit of chat is isolated", [{ chat: "Isolated" }], ["WithoutEnhancement Isolated rule 0"]],
    ["it lets somebody through", [{ chat: "CircuitOpen" }, {}], []],
    [
      "an open circuit is isolated: the mode is as old as it was",
      [{ chat: "CircuitOpen" }, { chat: "Isolated" }],
      ["WithoutEnhancement Isolated rule 0"]
    ],
    ["the account is empty", [{ account: broke }], ["CacheOnly InsufficientBalance rule 0"]],
    ["somebody paid", [{ account: broke }, {}], []],
    ["time passed", [{ account: { ...broke, until: 1 } }, { account: { ...broke, until: 1 } }], []],
    ["a queue is four fifths full", [{ fullestQueue: 0.8 }], []],
    ["it is fuller", [{ fullestQueue: 0.81 }], ["LowPriorityShed LoadShed rule 0"]],
    ["it empties to a half", [{ fullestQueue: 0.9 }, { fullestQueue: 0.5 }], ["LowPriorityShed LoadShed rule 0"]],
    ["it empties below", [{ fullestQueue: 0.9 }, { fullestQueue: 0.499 }], []],
    ["it fills again", [{ fullestQueue: 0.9 }, { fullestQueue: 0.4 }, { fullestQueue: 0.8 }], []],
    ["the circuit of submit opens", [{ submit: "CircuitOpen" }], ["ImagesDeferred CircuitOpen rule 0"]],
    [
      "all at once, the oldest first",
      [{ submit: "Isolated" }, { submit: "Isolated", chat: "CircuitOpen", account: broke, fullestQueue: 1 }],
      [
        "ImagesDeferred Isolated rule 0",
        "WithoutEnhancement CircuitOpen rule 1",
        "CacheOnly InsufficientBalance rule 1",
        "LowPriorityShed LoadShed rule 1"
      ]
    ]
  ]
  it.each(stories)("%s", (_name, story, expected) => {
    assert.deepStrictEqual(told(after(...story)), expected)
  })

  it("nothing changes: the state is the same object", () => {
    assert.strictEqual(after({}, {}), normal)
    const state = after({ chat: "CircuitOpen", fullestQueue: 0.9 })
    assert.strictEqual(decideModes(state, { ...allIsWell, chat: "CircuitOpen", fullestQueue: 0.6 }, 9), state)
    assert.strictEqual(after({ chat: "CircuitOpen" }, {}), normal)
  })
})

describe("by hand", () => {
  it.each(DegradedMode.literals)("%s holds until it is left, whatever the rules say", (mode) => {
    const entered = enterByHand(normal, mode, 5)
    assert.deepInclude(heldMode(entered, mode), { by: "hand", since: 5 })
    assert.strictEqual(decideModes(entered, allIsWell, 9), entered)
    assert.strictEqual(leaveByHand(entered, mode), normal)
    assert.strictEqual(leaveByHand(normal, mode), normal)
  })

  it("a mode that a rule has entered is taken over, and keeps its beginning", () => {
    const state = enterByHand(after({ chat: "CircuitOpen" }), "WithoutEnhancement", 7)
    assert.deepStrictEqual(told(decideModes(state, allIsWell, 8)), ["WithoutEnhancement Isolated hand 0"])
  })

  it("a mode that is left while its rule holds is entered again by the rule", () => {
    const facts: ModeFacts = { ...allIsWell, chat: "CircuitOpen" }
    const left = leaveByHand(enterByHand(normal, "WithoutEnhancement", 1), "WithoutEnhancement")
    assert.deepStrictEqual(told(decideModes(left, facts, 2)), ["WithoutEnhancement CircuitOpen rule 2"])
  })
})

const Refusal = Schema.Literals(["CircuitOpen", "Isolated", "none"])
const Facts = Schema.Struct({
  chat: Refusal,
  submit: Refusal,
  account: Schema.Boolean,
  fullestQueue: Schema.Literals([0, 0.3, 0.5, 0.6, 0.8, 0.9, 1]),
  hand: Schema.optionalKey(Schema.Struct({ mode: DegradedMode, enters: Schema.Boolean }))
})

describe("any story", () => {
  it.effect.prop(
    "is decided once: asked again with the same facts nothing changes, and no mode is held twice",
    [Schema.Array(Facts).check(Schema.isMaxLength(12))],
    ([story]) =>
      Effect.sync(() => {
        let state = normal
        story.forEach(({ account, chat, fullestQueue, hand, submit }, now) => {
          const facts: ModeFacts = {
            chat: chat === "none" ? undefined : chat,
            submit: submit === "none" ? undefined : submit,
            account: account ? { reason: "KeyRejected", until: now + 1 } : undefined,
            fullestQueue
          }
          if (hand !== undefined) {
            state = hand.enters ? enterByHand(state, hand.mode, now) : leaveByHand(state, hand.mode)
          }
          const byHand = state.filter((it) => it.by === "hand")
          state = decideModes(state, facts, now)
          assert.strictEqual(decideModes(state, facts, now), state)
          assert.strictEqual(new Set(state.map((it) => it.mode)).size, state.length)
          assert.includeMembers([...state], [...byHand])
          assert.isTrue(facts.chat === undefined || heldMode(state, "WithoutEnhancement") !== undefined)
        })
      })
  )
})
