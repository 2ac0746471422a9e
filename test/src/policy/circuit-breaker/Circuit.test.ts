import { assert, describe, it } from "@effect/vitest"
import { type Circuit, type CircuitTransition, makeCircuit } from "../../../../src/policy/circuit-breaker/Circuit.ts"
import { type CircuitConfig, defaultCircuitConfig } from "../../../../src/policy/circuit-breaker/CircuitConfig.ts"
import type { CallOutcome, Ticket } from "../../../../src/policy/circuit-breaker/CircuitEvent.ts"

const circuitOf = (change: Partial<CircuitConfig> = {}): Circuit =>
  makeCircuit({ config: { ...defaultCircuitConfig, openJitter: 0, ...change }, chance: () => 0 })

const ticketOf = (circuit: Circuit, now: number): Ticket => {
  const decision = circuit.admit(now)
  if (decision._tag !== "Pass") throw new Error(`did not pass: ${decision._tag}`)
  return decision.ticket
}

const call = (circuit: Circuit, outcome: CallOutcome, now: number): void =>
  circuit.end(ticketOf(circuit, now), outcome, undefined, now)

/** A circuit that opened at 0, for 5 000 ms. */
const openCircuit = (change: Partial<CircuitConfig> = {}): Circuit => {
  const circuit = circuitOf(change)
  circuit.end(ticketOf(circuit, 0), "failure", { opensAtOnce: true }, 0)
  return circuit
}

describe("a closed circuit", () => {
  it("stays closed below the minimum of calls, whatever their share of failures, and opens at it", () => {
    const circuit = circuitOf({ consecutiveFailures: 100 })
    for (let index = 0; index < 9; index++) call(circuit, "failure", 0)
    assert.strictEqual(circuit.state._tag, "Closed")
    call(circuit, "failure", 0)
    assert.deepInclude(circuit.state, { _tag: "Open", reason: "FailureRatio" })
  })

  it("stays closed below the share of failures, and opens at it", () => {
    const circuit = circuitOf({ consecutiveFailures: 100 })
    for (let index = 0; index < 11; index++) call(circuit, "success", 0)
    for (let index = 0; index < 10; index++) call(circuit, "failure", 0)
    assert.strictEqual(circuit.state._tag, "Closed")
    call(circuit, "failure", 0)
    assert.strictEqual(circuit.state._tag, "Open")
  })

  it("opens after failures in a row; a success in between begins a new row, what is ignored does not", () => {
    const circuit = circuitOf({ minimumCalls: 1_000 })
    for (let index = 0; index < 4; index++) call(circuit, "failure", index)
    call(circuit, "success", 5)
    for (let index = 0; index < 4; index++) call(circuit, "failure", 10 + index)
    call(circuit, "ignored", 20)
    assert.strictEqual(circuit.state._tag, "Closed")
    call(circuit, "failure", 21)
    assert.deepInclude(circuit.state, { _tag: "Open", reason: "ConsecutiveFailures", openUntil: 5_021 })
  })

  it("failures of yesterday do not open today, neither by their share nor as a row", () => {
    const day = 86_400_000
    const stateAfter = (pause: number) => {
      const circuit = circuitOf()
      for (let index = 0; index < 4; index++) call(circuit, "failure", 0)
      call(circuit, "success", 0)
      for (let index = 0; index < 4; index++) call(circuit, "failure", 1)
      return { circuit, end: () => call(circuit, "failure", 1 + pause) }
    }
    const today = stateAfter(0)
    today.end()
    assert.strictEqual(today.circuit.state._tag, "Open")
    const tomorrow = stateAfter(day)
    tomorrow.end()
    assert.deepInclude(tomorrow.circuit.state, { _tag: "Closed", consecutiveFailures: 1 })
    for (let index = 0; index < 30; index++) call(tomorrow.circuit, "success", day)
    for (let index = 0; index < 4; index++) call(tomorrow.circuit, "failure", 2 * day)
    assert.strictEqual(tomorrow.circuit.state._tag, "Closed")
  })

  it("a row of failures spans pauses longer than the window, for operations that are seldom called", () => {
    const circuit = circuitOf()
    for (let index = 0; index < 5; index++) call(circuit, "failure", index * 300_000)
    assert.deepInclude(circuit.state, { _tag: "Open", reason: "ConsecutiveFailures" })
  })

  it("what is ignored counts in no way, however much of it there is", () => {
    const circuit = circuitOf()
    for (let index = 0; index < 1_000; index++) call(circuit, "ignored", index)
    assert.deepStrictEqual(circuit.state, circuitOf().state)
  })

  it("a refused connection opens at once", () => {
    assert.deepInclude(openCircuit().state, { _tag: "Open", reason: "OpensAtOnce", openings: 1, openUntil: 5_000 })
  })
})

describe("an open circuit", () => {
  it("refuses with the time that is left, and lets a probe through when it is over", () => {
    const circuit = openCircuit()
    assert.deepStrictEqual(circuit.admit(4_999), { _tag: "Refuse", reason: "CircuitOpen", retryAfterMillis: 1 })
    assert.strictEqual(circuit.admit(5_000)._tag, "Pass")
    assert.strictEqual(circuit.state._tag, "HalfOpen")
  })

  it("stays open as long as the provider asked for", () => {
    const circuit = circuitOf()
    circuit.end(ticketOf(circuit, 0), "failure", { opensAtOnce: true, retryAfterMillis: 90_000 }, 0)
    assert.deepInclude(circuit.admit(10_000), { retryAfterMillis: 80_000 })
  })

  it("stays open longer with each probe that fails, and begins anew once it was closed", () => {
    const circuit = openCircuit({ rampSteps: 0, halfOpenPermits: 1 })
    let now = 0
    for (const expected of [5_000, 10_000, 20_000, 40_000]) {
      assert.deepInclude(circuit.admit(now), { retryAfterMillis: expected })
      now += expected
      call(circuit, "failure", now)
    }
    now += 80_000
    call(circuit, "success", now)
    assert.strictEqual(circuit.state._tag, "Closed")
    circuit.end(ticketOf(circuit, now), "failure", { opensAtOnce: true }, now)
    assert.deepInclude(circuit.admit(now), { retryAfterMillis: 5_000 })
  })

  it("asking how it stands ends an open time that is over, takes no place, and changes nothing else", () => {
    const circuit = openCircuit()
    const before = circuit.state
    assert.strictEqual(circuit.standing(4_999), "refuses")
    assert.strictEqual(circuit.state, before)
    assert.strictEqual(circuit.standing(5_000), "passes")
    const halfOpen = circuit.state
    assert.deepInclude(halfOpen, { _tag: "HalfOpen", probes: [] })
    assert.strictEqual(circuit.standing(5_000), "passes")
    assert.strictEqual(circuit.state, halfOpen)
  })
})

describe("a recovering circuit", () => {
  it("what is ignored frees its place, and is neither for nor against the provider", () => {
    const circuit = openCircuit({ halfOpenPermits: 1, rampSteps: 1 })
    for (let index = 0; index < 50; index++) call(circuit, "ignored", 5_000 + index)
    assert.deepInclude(circuit.state, { _tag: "HalfOpen", probes: [], successes: 0 })
    call(circuit, "success", 6_000)
    for (let index = 0; index < 50; index++) call(circuit, "ignored", 6_000 + index)
    assert.deepInclude(circuit.state, { _tag: "Ramping", calls: [], successes: 0 })
  })

  it("a probe that hangs gives its place back when its lease ends, and its late result changes nothing", () => {
    const circuit = openCircuit()
    const hung = [ticketOf(circuit, 5_000), ticketOf(circuit, 6_000)]
    assert.deepStrictEqual(circuit.admit(6_000), { _tag: "Wait", until: 125_000 })
    assert.strictEqual(circuit.standing(124_999), "waits")
    assert.strictEqual(circuit.standing(125_000), "passes")
    const probe = ticketOf(circuit, 125_000)
    assert.deepStrictEqual(circuit.admit(125_999), { _tag: "Wait", until: 126_000 })
    const before = circuit.state
    circuit.end(hung[0] ?? probe, "failure", { opensAtOnce: true }, 125_999)
    assert.strictEqual(circuit.state, before)
    circuit.end(hung[1] ?? probe, "success", undefined, 126_000)
    assert.deepInclude(circuit.state, { _tag: "HalfOpen", successes: 0 })
    circuit.end(probe, "success", undefined, 126_000)
    assert.deepInclude(circuit.state, { _tag: "HalfOpen", successes: 1, probes: [] })
  })

  it("results of calls from before it opened change nothing, in any state since", () => {
    const circuit = circuitOf({ halfOpenPermits: 1, rampSteps: 1 })
    const old = Array.from({ length: 100 }, () => ticketOf(circuit, 0))
    const endOld = (now: number): void => {
      const before = circuit.state
      for (const outcome of ["failure", "success", "ignored"] as const) {
        circuit.end(old.pop() ?? { generation: 1, id: 0 }, outcome, { opensAtOnce: true }, now)
      }
      assert.strictEqual(circuit.state, before)
    }
    circuit.end(ticketOf(circuit, 0), "failure", { opensAtOnce: true }, 0)
    endOld(1)
    assert.strictEqual(circuit.standing(5_000), "passes")
    endOld(5_001)
    call(circuit, "success", 5_002)
    assert.strictEqual(circuit.state._tag, "Ramping")
    endOld(5_003)
    call(circuit, "success", 5_004)
    assert.strictEqual(circuit.state._tag, "Closed")
    endOld(5_005)
  })

  it("as many failures in a row as probes open the ramp again, for longer", () => {
    const circuit = openCircuit()
    for (let index = 0; index < 5; index++) call(circuit, "success", 5_000)
    call(circuit, "failure", 5_000)
    assert.deepInclude(circuit.state, { _tag: "Ramping", step: 1, successes: 1, consecutiveFailures: 1 })
    call(circuit, "failure", 5_001)
    assert.deepInclude(circuit.state, { _tag: "Open", reason: "RampFailed", openings: 2, openUntil: 15_001 })
  })

  it("a ramp goes on over a failure among successes, and ends at once on one that opens at once", () => {
    const circuit = openCircuit()
    for (let index = 0; index < 16; index++) {
      assert.include(["Open", "HalfOpen", "Ramping"], circuit.state._tag)
      call(circuit, "success", 5_000)
      if (circuit.state._tag === "Ramping") call(circuit, "failure", 5_000)
    }
    assert.strictEqual(circuit.state._tag, "Closed")
    const refused = openCircuit()
    for (let index = 0; index < 2; index++) call(refused, "success", 5_000)
    refused.end(ticketOf(refused, 5_000), "failure", { opensAtOnce: true }, 5_000)
    assert.deepInclude(refused.state, { _tag: "Open", reason: "RampFailed" })
  })

  it("a probe still in flight when the ramp begins keeps its place there, and its failure counts", () => {
    const circuit = openCircuit()
    const slow = ticketOf(circuit, 5_000)
    call(circuit, "success", 5_000)
    call(circuit, "success", 5_000)
    assert.deepInclude(circuit.state, { _tag: "Ramping", step: 0 })
    ticketOf(circuit, 5_001)
    assert.strictEqual(circuit.admit(5_001)._tag, "Wait")
    circuit.end(slow, "failure", undefined, 5_002)
    assert.deepInclude(circuit.state, { _tag: "Ramping", consecutiveFailures: 1 })
    call(circuit, "failure", 5_003)
    assert.deepInclude(circuit.state, { _tag: "Open", reason: "RampFailed" })
  })

  it("of 500 callers at half-open at most two reach the provider, and no herd comes after them", () => {
    const circuit = openCircuit()
    const inFlight: Array<{ readonly ticket: Ticket; readonly endsAt: number }> = []
    const highest = new Map<string, number>()
    let waiting = 500
    for (let now = 5_000; circuit.state._tag !== "Closed"; now++) {
      for (let asking = waiting; asking > 0; asking--) {
        const decision = circuit.admit(now)
        if (decision._tag !== "Pass") continue
        waiting--
        inFlight.push({ ticket: decision.ticket, endsAt: now + 10 + (waiting % 7) })
      }
      const name = circuit.state._tag === "Ramping" ? `Ramping ${circuit.state.step}` : circuit.state._tag
      highest.set(name, Math.max(highest.get(name) ?? 0, inFlight.length))
      for (const ended of inFlight.filter((it) => it.endsAt <= now)) {
        inFlight.splice(inFlight.indexOf(ended), 1)
        circuit.end(ended.ticket, "success", undefined, now)
      }
    }
    assert.deepStrictEqual(Object.fromEntries(highest), {
      HalfOpen: 2,
      "Ramping 0": 2,
      "Ramping 1": 4,
      "Ramping 2": 8
    })
    assert.isAtLeast(waiting, 500 - (2 + 2 + 4 + 8) - 8)
  })

  it("of 500 callers at half-open two reach a provider that is still down", () => {
    const circuit = openCircuit()
    const tickets = Array.from({ length: 500 }, () => circuit.admit(5_000)).flatMap((it) =>
      it._tag === "Pass" ? [it.ticket] : []
    )
    assert.lengthOf(tickets, 2)
    for (const ticket of tickets) circuit.end(ticket, "failure", undefined, 5_010)
    assert.deepInclude(circuit.state, { _tag: "Open", openings: 2, openUntil: 15_010 })
  })
})

describe("a circuit in a person's hands", () => {
  it("isolated it refuses until reset, whatever ends meanwhile", () => {
    const circuit = circuitOf()
    const ticket = ticketOf(circuit, 0)
    circuit.isolate(1)
    circuit.end(ticket, "failure", { opensAtOnce: true }, 2)
    const refused = { _tag: "Refuse", reason: "Isolated", retryAfterMillis: undefined }
    assert.deepStrictEqual<unknown>(circuit.admit(86_400_000), refused)
    assert.strictEqual(circuit.standing(86_400_000), "refuses")
    circuit.reset(86_400_001)
    assert.strictEqual(circuit.standing(86_400_001), "passes")
  })

  it("reset forgets what was counted, and what is in flight no longer counts", () => {
    const circuit = circuitOf()
    const ticket = ticketOf(circuit, 0)
    for (let index = 0; index < 4; index++) call(circuit, "failure", 0)
    circuit.reset(1)
    circuit.end(ticket, "failure", { opensAtOnce: true }, 2)
    assert.deepInclude(circuit.state, { _tag: "Closed", consecutiveFailures: 0 })
  })

  it("observing only it opens and recovers as it would, and every call passes", () => {
    const circuit = openCircuit({ observeOnly: true })
    const wouldBeRefused = ticketOf(circuit, 1)
    assert.strictEqual(circuit.standing(1), "passes")
    circuit.end(wouldBeRefused, "success", undefined, 2)
    assert.strictEqual(circuit.state._tag, "Open")
    const probes = [ticketOf(circuit, 5_000), ticketOf(circuit, 5_000)]
    const wouldWait = Array.from({ length: 100 }, () => ticketOf(circuit, 5_000))
    for (const ticket of wouldWait) circuit.end(ticket, "failure", { opensAtOnce: true }, 5_001)
    assert.strictEqual(circuit.state._tag, "HalfOpen")
    for (const ticket of probes) circuit.end(ticket, "success", undefined, 5_002)
    assert.strictEqual(circuit.state._tag, "Ramping")
    circuit.configure({ ...circuit.config, observeOnly: false, halfOpenPermits: 1 })
    ticketOf(circuit, 5_003)
    assert.strictEqual(circuit.standing(5_003), "waits")
  })

  it("tells every change of state in the step in which it happens, after it has happened", () => {
    const circuit = circuitOf({ halfOpenPermits: 1, rampSteps: 1 })
    const told: Array<CircuitTransition> = []
    const end = circuit.onTransition((transition) => {
      assert.strictEqual(circuit.state._tag, transition.to)
      assert.strictEqual(circuit.state.generation, transition.generation)
      told.push(transition)
    })
    circuit.end(ticketOf(circuit, 0), "failure", { opensAtOnce: true }, 0)
    call(circuit, "failure", 5_000)
    call(circuit, "success", 15_000)
    call(circuit, "failure", 15_001)
    call(circuit, "success", 35_001)
    call(circuit, "success", 35_002)
    circuit.reset(35_003)
    circuit.isolate(35_004)
    circuit.reset(35_005)
    end()
    circuit.isolate(35_006)
    assert.deepStrictEqual(
      told.map((it) => `${it.at} ${it.from} > ${it.to}: ${it.reason}`),
      [
        "0 Closed > Open: OpensAtOnce",
        "5000 Open > HalfOpen: OpenTimeOver",
        "5000 HalfOpen > Open: ProbeFailed",
        "15000 Open > HalfOpen: OpenTimeOver",
        "15000 HalfOpen > Ramping: ProbesSucceeded",
        "15001 Ramping > Open: RampFailed",
        "35001 Open > HalfOpen: OpenTimeOver",
        "35001 HalfOpen > Ramping: ProbesSucceeded",
        "35002 Ramping > Closed: RampFinished",
        "35004 Closed > Isolated: Isolated",
        "35005 Isolated > Closed: Reset"
      ]
    )
  })

  it("asks for chance when a call fails, and only then", () => {
    let asked = 0
    const circuit = makeCircuit({ config: { ...defaultCircuitConfig, openJitter: 1 }, chance: () => (asked++, 0.5) })
    call(circuit, "success", 0)
    call(circuit, "ignored", 0)
    assert.strictEqual(asked, 0)
    circuit.end(ticketOf(circuit, 0), "failure", { opensAtOnce: true }, 0)
    assert.strictEqual(asked, 1)
    assert.deepInclude(circuit.state, { openUntil: 7_500 })
  })
})
