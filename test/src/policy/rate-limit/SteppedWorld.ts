/**
 * A world that is run by hand, one scheduler step after the other, with a clock that goes on when nobody has anything to
 * do. Fibers give way after every few operations, so that a step ends in the middle of everything.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Scheduler } from "effect/Scheduler"
import type { Chance } from "./Plan.ts"

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

export class SteppedWorld {
  millis = 0
  /** Steps that were run. */
  steps = 0
  readonly #tasks: Array<() => void> = []
  #sleepers: Array<Sleeper> = []
  readonly #chance: Chance | undefined
  readonly #operations: number

  /** With a chance, the next task is any of those that are due. **Units** `operations` between two steps of a fiber. */
  constructor(operations: number, chance?: Chance) {
    this.#operations = operations
    this.#chance = chance
  }

  readonly scheduler: Scheduler = {
    executionMode: "async",
    shouldYield: (fiber) => fiber.currentOpCount >= this.#operations,
    makeDispatcher: () => ({
      scheduleTask: (task) => void this.#tasks.push(task),
      flush: () => undefined
    })
  }

  readonly clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => this.millis,
    currentTimeMillis: Effect.sync(() => this.millis),
    currentTimeNanosUnsafe: () => BigInt(this.millis) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(this.millis) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => BigInt(this.millis) * 1_000_000n,
    monotonicTimeNanos: Effect.sync(() => BigInt(this.millis) * 1_000_000n),
    sleep: (duration) =>
      Effect.callback<void>((resume) => {
        const sleeper = { at: this.millis + Duration.toMillis(duration), wake: () => resume(Effect.void) }
        this.#sleepers.push(sleeper)
        return Effect.sync(() => {
          this.#sleepers = this.#sleepers.filter((it) => it !== sleeper)
        })
      })
  }

  get sleepers(): number {
    return this.#sleepers.length
  }

  fork<A, E>(effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> {
    return Effect.runFork(Effect.provideService(effect, Clock.Clock, this.clock), { scheduler: this.scheduler })
  }

  /** Runs one task, or lets time pass; `false` where nothing is left to happen. */
  step(): boolean {
    this.steps += 1
    if (this.#tasks.length > 0) {
      const [task] = this.#tasks.splice(this.#chance?.below(this.#tasks.length) ?? 0, 1)
      task?.()
      return true
    }
    const next = Math.min(...this.#sleepers.map(({ at }) => at))
    if (next === Number.POSITIVE_INFINITY) return false
    this.millis = next
    const awake = this.#sleepers.filter(({ at }) => at === next)
    this.#sleepers = this.#sleepers.filter(({ at }) => at !== next)
    for (const { wake } of awake) wake()
    return true
  }

  /** Steps until nothing is left to happen; `before` is told the number of each step. */
  run(before?: (step: number) => void): void {
    for (const first = this.steps; ;) {
      before?.(this.steps - first)
      if (!this.step()) return
      if (this.steps > 100_000) throw new Error("the world does not come to rest")
    }
  }
}
