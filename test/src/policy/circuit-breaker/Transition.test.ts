import { assert, describe, it } from "@effect/vitest"
import { type CircuitConfig, defaultCircuitConfig } from "../../../../src/policy/circuit-breaker/CircuitConfig.ts"
import type { CallOutcome, CircuitEvent, Decision } from "../../../../src/policy/circuit-breaker/CircuitEvent.ts"
import { type CircuitState, closedCircuit } from "../../../../src/policy/circuit-breaker/CircuitState.ts"
import { transition } from "../../../../src/policy/circuit-breaker/Transition.ts"

const now = 1_000

const config: CircuitConfig = {
  ...defaultCircuitConfig,
  decayMillis: 500,
  minimumCalls: 3,
  consecutiveFailures: 3,
  openMillis: 100,
  openCapMillis: 1_000,
  openJitter: 0,
  halfOpenPermits: 2,
  probeLeaseMillis: 50,
  rampSteps: 2
}

const states = {
  closed: {
    _tag: "Closed",
    generation: 4,
    window: { at: now, calls: 1, failures: 1 },
    consecutiveFailures: 1,
    lastFailureAt: now
  },
  "closed, at the brink": {
    _tag: "Closed",
    generation: 4,
    window: { at: now, calls: 3, failures: 2 },
    consecutiveFailures: 0,
    lastFailureAt: 0
  },
  open: { _tag: "Open", generation: 4, openedAt: 960, openUntil: 1_060, openings: 1, reason: "ConsecutiveFailures" },
  "open, due": { _tag: "Open", generation: 4, openedAt: 900, openUntil: 1_000, openings: 1, reason: "FailureRatio" },
  "half-open, free": {
    _tag: "HalfOpen",
    generation: 4,
    openings: 1,
    issued: 7,
    probes: [{ id: 7, expiresAt: 1_050 }],
    successes: 1
  },
  "half-open, full": {
    _tag: "HalfOpen",
    generation: 4,
    openings: 2,
    issued: 7,
    probes: [
      { id: 6, expiresAt: 1_040 },
      { id: 7, expiresAt: 1_050 }
    ],
    successes: 0
  },
  "half-open, hung": {
    _tag: "HalfOpen",
    generation: 4,
    openings: 1,
    issued: 7,
    probes: [
      { id: 6, expiresAt: 990 },
      { id: 7, expiresAt: 1_000 }
    ],
    successes: 1
  },
  "ramping, free": {
    _tag: "Ramping",
    generation: 4,
    openings: 1,
    issued: 7,
    step: 1,
    calls: [{ id: 7, expiresAt: 1_050 }],
    successes: 3,
    consecutiveFailures: 0
  },
  "ramping, full": {
    _tag: "Ramping",
    generation: 4,
    openings: 3,
    issued: 7,
    step: 0,
    calls: [
      { id: 6, expiresAt: 1_040 },
      { id: 7, expiresAt: 1_050 }
    ],
    successes: 1,
    consecutiveFailures: 1
  },
  "ramping, hung": {
    _tag: "Ramping",
    generation: 4,
    openings: 1,
    issued: 7,
    step: 0,
    calls: [
      { id: 6, expiresAt: 990 },
      { id: 7, expiresAt: 1_000 }
    ],
    successes: 1,
    consecutiveFailures: 0
  },
  isolated: { _tag: "Isolated", generation: 4 }
} satisfies Record<string, CircuitState>

type StateName = keyof typeof states

const ended = (state: StateName, outcome: CallOutcome, generation = 4): CircuitEvent => ({
  _tag: "Ended",
  ticket: { generation, id: /half|ramp/.test(state) ? 7 : 0 },
  outcome,
  chance: 0
})

const events = {
  Admit: () => ({ _tag: "Admit" }),
  success: (state) => ended(state, "success"),
  failure: (state) => ended(state, "failure"),
  "failure, opens at once": (state) => ({ ...ended(state, "failure"), opensAtOnce: true }),
  ignored: (state) => ended(state, "ignored"),
  "stale success": (state) => ended(state, "success", 3),
  "stale failure": (state) => ({ ...ended(state, "failure", 3), opensAtOnce: true, retryAfterMillis: 9_999 }),
  Look: () => ({ _tag: "Look" }),
  Isolate: () => ({ _tag: "Isolate" }),
  Reset: () => ({ _tag: "Reset" })
} satisfies Record<string, (state: StateName) => CircuitEvent>

type EventName = keyof typeof events

const toldState = (state: CircuitState): string => {
  switch (state._tag) {
    case "Closed": {
      const { calls, failures } = state.window
      return `Closed ${state.generation}: ${failures} of ${calls} failed, ${state.consecutiveFailures} in a row`
    }
    case "Open":
      return `Open ${state.generation}: ${state.openings}. until ${state.openUntil}, ${state.reason}`
    case "HalfOpen":
      return `HalfOpen ${state.generation}: [${state.probes.map((it) => it.id)}], ${state.successes} good`
    case "Ramping":
      return `Ramping ${state.generation}: step ${state.step}, [${state.calls.map((it) => it.id)}], ${state.successes} good, ${state.consecutiveFailures} bad`
    case "Isolated":
      return `Isolated ${state.generation}`
  }
}

const toldDecision = (decision: Decision | undefined): string => {
  switch (decision?._tag) {
    case undefined:
      return ""
    case "Pass":
      return `Pass ${decision.ticket.generation}.${decision.ticket.id}; `
    case "Wait":
      return `Wait until ${decision.until}; `
    case "Refuse":
      return `Refuse ${decision.reason} ${decision.retryAfterMillis}; `
  }
}

/** "same": the very same state object, and no decision. */
const table: Record<StateName, Record<EventName, string>> = {
  closed: {
    Admit: "Pass 4.0; same",
    success: "Closed 4: 1 of 2 failed, 0 in a row",
    failure: "Closed 4: 2 of 2 failed, 2 in a row",
    "failure, opens at once": "Open 5: 1. until 1100, OpensAtOnce",
    ignored: "same",
    "stale success": "same",
    "stale failure": "same",
    Look: "same",
    Isolate: "Isolated 5",
    Reset: "Closed 5: 0 of 0 failed, 0 in a row"
  },
  "closed, at the brink": {
    Admit: "Pass 4.0; same",
    success: "Closed 4: 2 of 4 failed, 0 in a row",
    failure: "Open 5: 1. until 1100, FailureRatio",
    "failure, opens at once": "Open 5: 1. until 1100, OpensAtOnce",
    ignored: "same",
    "stale success": "same",
    "stale failure": "same",
    Look: "same",
    Isolate: "Isolated 5",
    Reset: "Closed 5: 0 of 0 failed, 0 in a row"
  },
  open: {
    Admit: "Refuse CircuitOpen 60; same",
    success: "same",
    failure: "same",
    "failure, opens at once": "same",
    ignored: "same",
    "stale success": "same",
    "stale failure": "same",
    Look: "same",
    Isolate: "Isolated 5",
    Reset: "Closed 5: 0 of 0 failed, 0 in a row"
  },
  "open, due": {
    Admit: "Pass 5.1; HalfOpen 5: [1], 0 good",
    success: "same",
    failure: "same",
    "failure, opens at once": "same",
    ignored: "same",
    "stale success": "same",
    "stale failure": "same",
    Look: "HalfOpen 5: [], 0 good",
    Isolate: "Isolated 5",
    Reset: "Closed 5: 0 of 0 failed, 0 in a row"
  },
  "half-open, free": {
    Admit: "Pass 4.8; HalfOpen 4: [7,8], 1 good",
    success: "Ramping 4: step 0, [], 0 good, 0 bad",
    failure: "Open 5: 2. until 1200, ProbeFailed",
    "failure, opens at once": "Open 5: 2. until 1200, ProbeFailed",
    ignored: "HalfOpen 4: [], 1 good",
    "stale success": "same",
    "stale failure": "same",
    Look: "same",
    Isolate: "Isolated 5",
    Reset: "Closed 5: 0 of 0 failed, 0 in a row"
  },
  "half-open, full": {
    Admit: "Wait until 1040; same",
    success: "HalfOpen 4: [6], 1 good",
    failure: "Open 5: 3. until 1400, ProbeFailed",
    "failure, opens at once": "Open 5: 3. until 1400, ProbeFailed",
    ignored: "HalfOpen 4: [6], 0 good",
    "stale success": "same",
    "stale failure": "same",
    Look: "same",
    Isolate: "Isolated 5",
    Reset: "Closed 5: 0 of 0 failed, 0 in a row"
  },
  "half-open, hung": {
    Admit: "Pass 4.8; HalfOpen 4: [8], 1 good",
    success: "HalfOpen 4: [], 1 good",
    failure: "HalfOpen 4: [], 1 good",
    "failure, opens at once": "HalfOpen 4: [], 1 good",
    ignored: "HalfOpen 4: [], 1 good",
    "stale success": "same",
    "stale failure": "same",
    Look: "HalfOpen 4: [], 1 good",
    Isolate: "Isolated 5",
    Reset: "Closed 5: 0 of 0 failed, 0 in a row"
  },
  "ramping, free": {
    Admit: "Pass 4.8; Ramping 4: step 1, [7,8], 3 good, 0 bad",
    success: "Closed 5: 0 of 0 failed, 0 in a row",
    failure: "Ramping 4: step 1, [], 3 good, 1 bad",
    "failure, opens at once": "Open 5: 2. until 1200, RampFailed",
    ignored: "Ramping 4: step 1, [], 3 good, 0 bad",
    "stale success": "same",
    "stale failure": "same",
    Look: "same",
    Isolate: "Isolated 5",
    Reset: "Closed 5: 0 of 0 failed, 0 in a row"
  },
  "ramping, full": {
    Admit: "Wait until 1040; same",
    success: "Ramping 4: step 1, [6], 0 good, 0 bad",
    failure: "Open 5: 4. until 1800, RampFailed",
    "failure, opens at once": "Open 5: 4. until 1800, RampFailed",
    ignored: "Ramping 4: step 0, [6], 1 good, 1 bad",
    "stale success": "same",
    "stale failure": "same",
    Look: "same",
    Isolate: "Isolated 5",
    Reset: "Closed 5: 0 of 0 failed, 0 in a row"
  },
  "ramping, hung": {
    Admit: "Pass 4.8; Ramping 4: step 0, [8], 1 good, 0 bad",
    success: "Ramping 4: step 0, [], 1 good, 0 bad",
    failure: "Ramping 4: step 0, [], 1 good, 0 bad",
    "failure, opens at once": "Ramping 4: step 0, [], 1 good, 0 bad",
    ignored: "Ramping 4: step 0, [], 1 good, 0 bad",
    "stale success": "same",
    "stale failure": "same",
    Look: "Ramping 4: step 0, [], 1 good, 0 bad",
    Isolate: "Isolated 5",
    Reset: "Closed 5: 0 of 0 failed, 0 in a row"
  },
  isolated: {
    Admit: "Refuse Isolated undefined; same",
    success: "same",
    failure: "same",
    "failure, opens at once": "same",
    ignored: "same",
    "stale success": "same",
    "stale failure": "same",
    Look: "same",
    Isolate: "same",
    Reset: "Closed 5: 0 of 0 failed, 0 in a row"
  }
}

const played = (stateName: StateName, eventName: EventName, settings = config): string => {
  const before: CircuitState = states[stateName]
  const { decision, state } = transition(settings, before, events[eventName](stateName), now)
  return toldDecision(decision) + (state === before ? "same" : toldState(state))
}

const stateNames = Object.keys(states) as ReadonlyArray<StateName>
const eventNames = Object.keys(events) as ReadonlyArray<EventName>

describe("transition, cell by cell", () => {
  for (const stateName of stateNames) {
    it(`${stateName}: every event does what the table says`, () => {
      const row = Object.fromEntries(eventNames.map((eventName) => [eventName, played(stateName, eventName)]))
      assert.deepStrictEqual(row, table[stateName])
    })
  }

  it("observe-only changes the answers to Admit, and nothing else", () => {
    const observing = { ...config, observeOnly: true }
    for (const stateName of stateNames) {
      for (const eventName of eventNames) {
        const expected = table[stateName][eventName].replace(/^(?:Wait|Refuse)[^;]*;/, "Pass 4.0;")
        assert.strictEqual(played(stateName, eventName, observing), expected, `${stateName}, ${eventName}`)
      }
    }
  })

  it("without a ramp the last probe closes", () => {
    assert.strictEqual(
      played("half-open, free", "success", { ...config, rampSteps: 0 }),
      "Closed 5: 0 of 0 failed, 0 in a row"
    )
  })

  it("a ramp that is shortened while it runs ends with its present step", () => {
    assert.match(played("ramping, free", "success", { ...config, rampSteps: 1, halfOpenPermits: 1 }), /^Closed 5/)
  })

  it("no event throws and none leaves a state that is not one, whatever the numbers", () => {
    const odd = [Number.NaN, Infinity, -Infinity, -1, 0, 0.5, Number.MAX_SAFE_INTEGER]
    for (const at of odd) {
      for (const retryAfterMillis of odd) {
        const ticket = { generation: 1, id: 0 }
        const failed = { _tag: "Ended", ticket, outcome: "failure", opensAtOnce: true, retryAfterMillis } as const
        const { state } = transition(config, closedCircuit(1), { ...failed, chance: 0.5 }, Number.isNaN(at) ? 0 : at)
        assert.strictEqual(state._tag, "Open")
        if (state._tag === "Open") assert.isFalse(Number.isNaN(state.openUntil))
      }
    }
  })
})
