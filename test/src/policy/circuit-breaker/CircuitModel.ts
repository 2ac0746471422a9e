/**
 * A circuit written a second time, as plainly as can be: it remembers every call and counts anew at each question.
 */
import type { CircuitConfig } from "../../../../src/policy/circuit-breaker/CircuitConfig.ts"
import type { CallOutcome } from "../../../../src/policy/circuit-breaker/CircuitEvent.ts"

type Phase = "Closed" | "Open" | "HalfOpen" | "Ramping" | "Isolated"

/** A call as the model knows it; `era` is the number of the opening, closing or isolation before it. */
export interface ModelCall {
  readonly era: number
  readonly hasPlace: boolean
  readonly leaseEndsAt: number
}

/** The model; its fields are compared with the state of the circuit. */
export class CircuitModel {
  readonly config: CircuitConfig
  phase: Phase = "Closed"
  era = 1
  openings = 0
  openUntil = 0
  step = 0
  successes = 0
  failuresInARow = 0
  history: Array<{ readonly at: number; readonly failed: boolean }> = []
  places = new Set<ModelCall>()

  constructor(config: CircuitConfig) {
    this.config = config
  }

  enter(phase: Phase): void {
    this.phase = phase
    this.era++
    this.history = []
    this.successes = 0
    this.failuresInARow = 0
    this.step = 0
    this.places.clear()
    if (phase === "Closed") this.openings = 0
  }

  allowance(): number {
    return this.phase === "HalfOpen" ? this.config.halfOpenPermits : this.config.halfOpenPermits * 2 ** this.step
  }

  settle(now: number): void {
    for (const place of this.places) if (place.leaseEndsAt <= now) this.places.delete(place)
  }

  look(now: number): void {
    this.settle(now)
    if (this.phase === "Open" && now >= this.openUntil) this.enter("HalfOpen")
  }

  /** The call that passes, or the answer in words. */
  admit(now: number): ModelCall | string {
    this.look(now)
    const without: ModelCall = { era: this.era, hasPlace: false, leaseEndsAt: Infinity }
    if (this.phase === "Closed") return without
    if (this.phase === "HalfOpen" || this.phase === "Ramping") {
      if (this.places.size < this.allowance()) {
        const call: ModelCall = { era: this.era, hasPlace: true, leaseEndsAt: now + this.config.probeLeaseMillis }
        this.places.add(call)
        return call
      }
      if (!this.config.observeOnly) return `Wait ${Math.min(...[...this.places].map((it) => it.leaseEndsAt))}`
    }
    if (this.config.observeOnly) return without
    return this.phase === "Open" ? `Refuse CircuitOpen ${this.openUntil - now}` : "Refuse Isolated undefined"
  }

  open(now: number, hint: number, chance: number): void {
    const openings = this.openings + 1
    let grown = this.config.openMillis
    for (let count = 1; count < openings; count++) grown = Math.min(grown * this.config.openGrowth, 1e9)
    grown = Math.min(grown, this.config.openCapMillis)
    const least = Math.min(hint, 3_600_000)
    this.enter("Open")
    this.openings = openings
    this.openUntil = now + Math.ceil((grown > least ? grown : least) + grown * this.config.openJitter * chance)
  }

  mustOpen(now: number): boolean {
    const sinceSuccess = this.history.slice(this.history.findLastIndex((it) => !it.failed) + 1)
    let row = 0
    let before = -Infinity
    for (const { at } of sinceSuccess) {
      row = at - before > 10 * this.config.decayMillis ? 1 : row + 1
      before = at
    }
    if (row >= this.config.consecutiveFailures) return true
    const weigh = (calls: ReadonlyArray<{ readonly at: number }>): number =>
      calls.reduce((sum, { at }) => sum + Math.exp((at - now) / this.config.decayMillis), 0)
    const all = weigh(this.history)
    return (
      all >= this.config.minimumCalls && weigh(this.history.filter((it) => it.failed)) / all >= this.config.failureRatio
    )
  }

  end(call: ModelCall, outcome: CallOutcome, atOnce: boolean, hint: number, chance: number, now: number): void {
    if (call.era !== this.era) return
    if (this.phase === "Closed") {
      if (outcome === "ignored") return
      this.history.push({ at: now, failed: outcome === "failure" })
      if (outcome === "failure" && (atOnce || this.mustOpen(now))) this.open(now, hint, chance)
      return
    }
    this.settle(now)
    if (!this.places.delete(call) || outcome === "ignored") return
    if (outcome === "failure") {
      this.failuresInARow++
      const opens = this.phase === "HalfOpen" || atOnce || this.failuresInARow >= this.config.halfOpenPermits
      return opens ? this.open(now, hint, chance) : undefined
    }
    this.failuresInARow = 0
    this.successes++
    if (this.successes < this.allowance()) return
    const next = this.phase === "HalfOpen" ? 0 : this.step + 1
    if (next >= this.config.rampSteps) return this.enter("Closed")
    this.phase = "Ramping"
    this.step = next
    this.successes = 0
  }
}
