import { assert, describe, it } from "@effect/vitest"
import * as Hash from "effect/Hash"
import { type Circuit, makeCircuit } from "../../../../src/policy/circuit-breaker/Circuit.ts"
import { type CircuitConfig, circuitConfigProblems } from "../../../../src/policy/circuit-breaker/CircuitConfig.ts"
import type { Ticket } from "../../../../src/policy/circuit-breaker/CircuitEvent.ts"
import { CircuitModel, type ModelCall } from "./CircuitModel.ts"

/** Mulberry32: small, seeded, even enough for tests. */
const chanceOf = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Dice {
  readonly chance: () => number
  readonly below: (limit: number) => number
  readonly oneOf: <A>(first: A, ...others: ReadonlyArray<A>) => A
}

const diceOf = (seed: number): Dice => {
  const chance = chanceOf(seed)
  const below = (limit: number): number => Math.floor(chance() * limit)
  return { chance, below, oneOf: (first, ...others) => [first, ...others][below(others.length + 1)] ?? first }
}

/** Ratios that no small number of calls meets exactly: a tie would be decided by rounding. */
const configOf = ({ below, oneOf }: Dice): CircuitConfig => ({
  decayMillis: oneOf(20, 100, 1_000),
  minimumCalls: 1 + below(6),
  failureRatio: oneOf(0.31, 0.47, 0.77, 1),
  consecutiveFailures: 1 + below(6),
  openMillis: oneOf(1, 50, 200),
  openCapMillis: oneOf(200, 1_000),
  openGrowth: oneOf(1, 1.5, 3),
  openJitter: oneOf(0, 0.5),
  halfOpenPermits: 1 + below(3),
  probeLeaseMillis: oneOf(30, 100),
  rampSteps: below(4),
  observeOnly: below(6) === 0
})

interface Pair {
  readonly ticket: Ticket
  readonly call: ModelCall
}

const toldCircuit = ({ state }: Circuit, now: number): string => {
  const live = (leases: ReadonlyArray<{ readonly expiresAt: number }>) =>
    leases.filter((it) => it.expiresAt > now).length
  switch (state._tag) {
    case "Closed":
    case "Isolated":
      return state._tag
    case "Open":
      return `Open ${state.openings} until ${state.openUntil}`
    case "HalfOpen":
      return `HalfOpen ${state.openings}: ${live(state.probes)} in flight, ${state.successes} good`
    case "Ramping":
      return `Ramping ${state.openings} ${state.step}: ${live(state.calls)} in flight, ${state.successes} good, ${state.consecutiveFailures} bad`
  }
}

const toldModel = (model: CircuitModel, now: number): string => {
  model.settle(now)
  const { openings, openUntil, phase, places, step, successes } = model
  switch (phase) {
    case "Closed":
    case "Isolated":
      return phase
    case "Open":
      return `Open ${openings} until ${openUntil}`
    case "HalfOpen":
      return `HalfOpen ${openings}: ${places.size} in flight, ${successes} good`
    case "Ramping":
      return `Ramping ${openings} ${step}: ${places.size} in flight, ${successes} good, ${model.failuresInARow} bad`
  }
}

const nextInstant = ({ below, oneOf }: Dice, model: CircuitModel, now: number): number => {
  if (model.phase === "Open" && below(3) === 0) return Math.max(now, model.openUntil - below(2))
  return now + oneOf(0, 0, 0, 1, below(10), below(50), below(300), below(50) === 0 ? 100_000 : 5)
}

/** Plays one story on both, and holds them against each other after every event; `met` collects what happened. */
const play = (seed: number, met: Set<string>): void => {
  const dice = diceOf(seed)
  const { below, chance, oneOf } = dice
  const config = configOf(dice)
  let drawn = 0
  const circuit = makeCircuit({ config, chance: () => drawn })
  const model = new CircuitModel(config)
  const failureShare = oneOf(0.05, 0.3, 0.7)
  const pairs: Array<Pair> = []
  let now = below(1_000)
  let generation = circuit.state.generation
  circuit.onTransition(({ from, reason, to }) => met.add(`${from} > ${to}: ${reason}`))
  const same = (actual: unknown, expected: unknown, what: string): void => {
    if (actual !== expected) assert.fail(`seed ${seed}, at ${now}, ${what}: ${actual}, the model says ${expected}`)
  }

  for (let count = 10 + below(70); count > 0; count--) {
    now = nextInstant(dice, model, now)
    const die = below(100)
    if (die < 48) {
      const decision = circuit.admit(now)
      const answer = model.admit(now)
      if (decision._tag === "Pass" && typeof answer !== "string") {
        same(decision.ticket.id > 0, answer.hasPlace, "has a place")
        pairs.push({ ticket: decision.ticket, call: answer })
        met.add("Pass")
      } else {
        const told =
          decision._tag === "Wait"
            ? `Wait ${decision.until}`
            : decision._tag === "Refuse"
              ? `Refuse ${decision.reason} ${decision.retryAfterMillis}`
              : "Pass"
        same(told, typeof answer === "string" ? answer : "Pass", "answer")
        met.add(decision._tag)
      }
    } else if (die < 94) {
      const index = below(pairs.length)
      const pair = pairs[index]
      if (pair === undefined) continue
      const isClosed = circuit.state._tag === "Closed" && pair.ticket.generation === circuit.state.generation
      if (isClosed || below(5) > 0) pairs.splice(index, 1)
      const outcome = chance() < 0.15 ? "ignored" : chance() < failureShare ? "failure" : "success"
      const opensAtOnce = below(20) === 0
      const retryAfterMillis = oneOf(undefined, undefined, undefined, 250, 9_999_999, -5)
      drawn = chance()
      circuit.end(pair.ticket, outcome, { opensAtOnce, retryAfterMillis }, now)
      model.end(pair.call, outcome, opensAtOnce, retryAfterMillis ?? 0, drawn, now)
    } else if (die < 97) {
      const standing = circuit.standing(now)
      model.look(now)
      const isFull = model.places.size >= model.allowance()
      const expected =
        config.observeOnly || model.phase === "Closed"
          ? "passes"
          : model.phase === "Open" || model.phase === "Isolated"
            ? "refuses"
            : isFull
              ? "waits"
              : "passes"
      same(standing, expected, "standing")
    } else if (die < 98) {
      circuit.isolate(now)
      if (model.phase !== "Isolated") model.enter("Isolated")
    } else if (die < 99 || circuit.state._tag === "Isolated") {
      circuit.reset(now)
      model.enter("Closed")
    }
    same(toldCircuit(circuit, now), toldModel(model, now), "state")
    if (circuit.state.generation < generation) same(circuit.state.generation, generation, "generation went back")
    generation = circuit.state.generation
    const { state } = circuit
    if (state._tag === "HalfOpen") assert.isAtMost(state.probes.length, config.halfOpenPermits)
    if (state._tag === "Ramping") assert.isAtMost(state.calls.length, config.halfOpenPermits * 2 ** state.step)
  }
}

const stories = 20_000

describe("a circuit, over stories of events", () => {
  it(`does in ${stories} stories what a plain model does, and the stories reach every edge and answer`, () => {
    const base = Hash.string(process.env["PROPERTY_SEED"] ?? "ludeng")
    const met = new Set<string>()
    for (let story = 0; story < stories; story++) play(base + story, met)
    assert.deepStrictEqual([...met].toSorted(), [
      "Closed > Isolated: Isolated",
      "Closed > Open: ConsecutiveFailures",
      "Closed > Open: FailureRatio",
      "Closed > Open: OpensAtOnce",
      "HalfOpen > Closed: ProbesSucceeded",
      "HalfOpen > Closed: Reset",
      "HalfOpen > Isolated: Isolated",
      "HalfOpen > Open: ProbeFailed",
      "HalfOpen > Ramping: ProbesSucceeded",
      "Isolated > Closed: Reset",
      "Open > Closed: Reset",
      "Open > HalfOpen: OpenTimeOver",
      "Open > Isolated: Isolated",
      "Pass",
      "Ramping > Closed: RampFinished",
      "Ramping > Closed: Reset",
      "Ramping > Isolated: Isolated",
      "Ramping > Open: RampFailed",
      "Refuse",
      "Wait"
    ])
  })

  it("the stories use configurations that are allowed", () => {
    for (let seed = 0; seed < 1_000; seed++) assert.deepStrictEqual(circuitConfigProblems(configOf(diceOf(seed))), [])
  })
})
