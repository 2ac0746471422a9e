import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { decided, noPolicies } from "../../../apps/cli/Policies.ts"
import { advance, noProgress } from "../../../apps/cli/Progress.ts"
import type { AdmissionFacts, CallEvent } from "../../../schemas/CallEvent.ts"
import { CallId, defaultOwner } from "../../../schemas/Identifiers.ts"
import type { Operation } from "../../../schemas/Provider.ts"

const common = (operation: Operation) => ({
  callId: CallId.make("call_1"),
  owner: defaultOwner,
  provider: operation === "chat" ? ("deepseek" as const) : ("nanobanana" as const),
  operation,
  at: 0
})

const started = (operation: Operation): CallEvent => ({
  _tag: "CallStarted",
  ...common(operation),
  request: { fieldLengths: {}, bodySha256: "", parameters: {} }
})

const attempt = (operation: Operation, number: number, millis: number, facts: Partial<AdmissionFacts>): CallEvent => ({
  _tag: "AttemptStarted",
  ...common(operation),
  attempt: number,
  admission: { waited: Duration.millis(millis), circuit: "Closed", ...facts }
})

const minute = { limit: 20, windowMillis: 60_000 }
const hour = { limit: 100, windowMillis: 3_600_000 }

const opened = {
  _tag: "CircuitMoved",
  scope: "deepseek",
  operation: "chat",
  at: 0,
  from: "Closed",
  to: "Open",
  reason: "ConsecutiveFailures"
} as const

const policiesOf = (events: ReadonlyArray<CallEvent>) => events.reduce(decided, noPolicies).policies

const linesOf = (events: ReadonlyArray<CallEvent>): ReadonlyArray<string> =>
  events.flatMap((event) => advance(noProgress, event).lines)

describe("what the policies decided", () => {
  it("is summed up by operation and over all, with what the longest wait was for", () => {
    const { operations, ...whole } = policiesOf([
      started("chat"),
      attempt("chat", 1, 1_200.4, { heldBackBy: "window", tier: minute }),
      { _tag: "RetryScheduled", ...common("chat"), attempt: 1, delay: Duration.millis(249.6) },
      attempt("chat", 2, 700, { heldBackBy: "window", tier: hour }),
      started("submit"),
      attempt("submit", 1, 300, { heldBackBy: "slot", circuit: "HalfOpen" }),
      started("status"),
      attempt("status", 1, 0, {}),
      started("status"),
      attempt("status", 1, 0, {})
    ])
    assert.deepStrictEqual(whole, {
      attempts: 5,
      retries: 1,
      waitMillis: 2_200,
      backoffMillis: 250,
      cache: null,
      fallbacks: [],
      modes: []
    })
    const none = { retries: 0, waitMillis: 0, backoffMillis: 0, heldBackBy: null, tier: null, circuit: "Closed" }
    assert.deepStrictEqual(operations, {
      chat: {
        attempts: 2,
        retries: 1,
        waitMillis: 1_900,
        backoffMillis: 250,
        heldBackBy: "window",
        tier: "20/minute",
        circuit: "Closed"
      },
      submit: { ...none, attempts: 1, waitMillis: 300, heldBackBy: "slot", circuit: "HalfOpen" },
      status: { ...none, attempts: 2 }
    })
  })

  it("holds a circuit that opened, also where no request was let in", () => {
    const { operations } = policiesOf([started("chat"), opened, { ...opened, operation: "probe" }])
    assert.deepStrictEqual(Object.keys(operations), ["chat"])
    assert.deepStrictEqual([operations.chat?.attempts, operations.chat?.circuit], [0, "Open"])
  })

  it("leaves the circuit of a second account out of the operation of the first", () => {
    const other = { ...opened, scope: "nanobanana-fallback", operation: "submit" } as const
    const { operations } = policiesOf([started("submit"), attempt("submit", 1, 0, {}), other])
    assert.strictEqual(operations.submit?.circuit, "Closed")
  })

  it("holds what the cache answered, what stood in, and the modes that were entered", () => {
    const mode = { _tag: "ModeChanged", at: 0, by: "rule" } as const
    const { cache, fallbacks, modes } = policiesOf([
      { ...mode, from: "Normal", to: "CacheOnly" },
      { _tag: "CacheAnswered", ...common("chat"), answer: "Stale" },
      { _tag: "FellBack", ...common("chat"), to: "StaleAnswer", reason: "CircuitOpen" },
      { ...mode, from: "CacheOnly", to: "Normal" }
    ])
    assert.deepStrictEqual(
      [cache, fallbacks, modes],
      ["Stale", [{ to: "StaleAnswer", reason: "CircuitOpen" }], ["CacheOnly"]]
    )
  })
})

describe("the lines of the policies", () => {
  it("tell who held a request back, and for how long", () => {
    assert.deepStrictEqual(
      linesOf([
        attempt("chat", 1, 1_234, { heldBackBy: "window", tier: minute }),
        attempt("chat", 1, 2_000, { heldBackBy: "pause" }),
        attempt("submit", 1, 300, { heldBackBy: "slot" }),
        attempt("submit", 1, 5_000, { heldBackBy: "circuit" }),
        attempt("submit", 1, 99, { heldBackBy: "slot" }),
        attempt("submit", 1, 0, {}),
        attempt("status", 1, 5_000, { heldBackBy: "window", tier: minute })
      ]),
      [
        "… enhancing the prompt: waited 1.2 s for a place in the rate limit (20/minute)",
        "… enhancing the prompt: waited 2.0 s for the provider's own limit",
        "… asking for the picture: waited 0.3 s for a free slot",
        "… asking for the picture: waited 5.0 s for the circuit that is recovering"
      ]
    )
  })

  it("tell of a circuit that opened or was isolated, and not of its way back", () => {
    assert.deepStrictEqual(
      linesOf([
        opened,
        { ...opened, from: "Open", to: "HalfOpen", reason: "OpenTimeOver" },
        { ...opened, from: "HalfOpen", to: "Ramping", reason: "ProbesSucceeded" },
        { ...opened, from: "Ramping", to: "Closed", reason: "RampFinished" },
        { ...opened, to: "Isolated", reason: "Isolated" }
      ]),
      ["⚠ deepseek chat: the circuit is open (ConsecutiveFailures)", "⚠ deepseek chat: taken out of service by hand"]
    )
  })

  it("tell of a result that is not new, and of modes and pauses", () => {
    const answers = (["Fresh", "Joined", "Stale", "Miss", "Bypassed"] as const).map((answer): CallEvent => ({
      _tag: "CacheAnswered",
      ...common("chat"),
      answer
    }))
    const standIns = (["StaleAnswer", "LocalTemplate", "RawPrompt", "OtherProtocol", "EarlierImage"] as const).map(
      (to): CallEvent => ({ _tag: "FellBack", ...common("chat"), to, reason: "TimedOut" })
    )
    const mode = { _tag: "ModeChanged", at: 0 } as const
    assert.deepStrictEqual(
      linesOf([
        ...answers,
        ...standIns,
        { ...mode, by: "rule", from: "Normal", to: "CacheOnly" },
        { ...mode, by: "hand", from: "CacheOnly", to: "Normal" },
        { _tag: "RoomPaused", scope: "nanobanana", operation: "submit", at: 0, pause: Duration.millis(400) },
        { _tag: "RoomPaused", scope: "nanobanana", operation: "submit", at: 0, pause: Duration.seconds(5) }
      ]),
      [
        "✔ prompt enhanced, from the cache",
        "… enhancing the prompt: the same is being asked already, and is waited for",
        "⚠ a stale answer of the cache stands in (TimedOut)",
        "⚠ the local template stands in for the enhancement (TimedOut)",
        "⚠ the prompt is sent as it stands (TimedOut)",
        "⚠ the second image provider is asked (TimedOut)",
        "⚠ an earlier picture stands in (TimedOut)",
        "⚠ mode CacheOnly (by rule)",
        "✔ mode CacheOnly is over (by hand)",
        "… nanobanana submit: paused for 5.0 s, the provider is at its limit"
      ]
    )
  })
})
