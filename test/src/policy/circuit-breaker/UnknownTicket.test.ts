import { assert, describe, it } from "@effect/vitest"
import { defaultCircuitConfig } from "../../../../src/policy/circuit-breaker/CircuitConfig.ts"
import { type CircuitState, closedCircuit } from "../../../../src/policy/circuit-breaker/CircuitState.ts"
import { transition } from "../../../../src/policy/circuit-breaker/Transition.ts"

const config = { ...defaultCircuitConfig, consecutiveFailures: 1, halfOpenPermits: 2, openMillis: 100 }

const end = (state: CircuitState, id: number, outcome: "success" | "failure", now: number): CircuitState =>
  transition(config, state, { _tag: "Ended", ticket: { generation: state.generation, id }, outcome, chance: 0 }, now)
    .state

const admitted = (state: CircuitState, now: number): CircuitState =>
  transition(config, state, { _tag: "Admit" }, now).state

describe("the end of a call that holds no place", () => {
  const halfOpen = admitted(end(closedCircuit(1), 0, "failure", 0), 100)
  const ramping = end(end(admitted(halfOpen, 100), 1, "success", 101), 2, "success", 101)

  for (const state of [halfOpen, ramping]) {
    it(`changes nothing in a circuit that is ${state._tag}: the state is the same object`, () => {
      assert.strictEqual(end(state, 99, "success", 102), state)
      assert.strictEqual(end(state, 99, "failure", 102), state)
    })
  }

  it("is what it says it is about", () => {
    assert.deepStrictEqual([halfOpen._tag, ramping._tag], ["HalfOpen", "Ramping"])
  })
})
