/** Single flight against a model that is simple enough to be believed. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { Priority } from "../../../schemas/CallOptions.ts"
import { type Wish } from "../../../src/cache/JoinedWishes.ts"
import { type Flight, makeSingleFlight } from "../../../src/cache/SingleFlight.ts"

const Index = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 11 }))
const Key = Schema.Literals(["a", "b"])
const End = Schema.Literals(["Success", "Fail", "Die", "Interrupt"])

const Step = Schema.Union([
  Schema.TaggedStruct("Join", { key: Key, deadlineAt: Index, priority: Priority }),
  Schema.TaggedStruct("Leave", { joiner: Index }),
  Schema.TaggedStruct("Finish", { key: Key, end: End })
])
const Story = Schema.Array(Step).check(Schema.isMaxLength(40))

/** What a joiner has come to: it waits, it left, or it has the end of a run. */
type State = "waiting" | "left" | string

interface ModelFlight {
  readonly run: number
  /** Numbers of joiners. */
  readonly joiners: Set<number>
  raised: number
}

interface ModelJoiner {
  readonly wish: Wish
  readonly flight: ModelFlight
  state: State
}

interface RealRun {
  readonly flight: Flight
  readonly finish: (exit: Exit.Exit<string, string>) => void
  raised: number
  isInterrupted: boolean
}

const rank = { low: 0, normal: 1, high: 2 }

const latest = (wishes: ReadonlyArray<Wish>): number => Math.max(...wishes.map((it) => it.deadlineAt))
const highest = (wishes: ReadonlyArray<Wish>): number => Math.max(...wishes.map((it) => rank[it.priority]))

const stateOf = (fiber: Fiber.Fiber<string, string>, hasLeft: boolean): State => {
  const exit = fiber.pollUnsafe()
  if (exit === undefined) return "waiting"
  if (Exit.isSuccess(exit)) return `Success of ${exit.value}`
  const [reason] = exit.cause.reasons
  if (reason?._tag === "Fail") return `Fail of ${reason.error}`
  if (reason?._tag === "Die") return `Die of ${String(reason.defect)}`
  return hasLeft ? "left" : "Interrupt"
}

const exitOf = (end: typeof End.Type, run: number): Exit.Exit<string, string> => {
  switch (end) {
    case "Success":
      return Exit.succeed(`${run}`)
    case "Fail":
      return Exit.fail(`${run}`)
    case "Die":
      return Exit.die(`${run}`)
    case "Interrupt":
      return Exit.interrupt()
  }
}

const play = (story: typeof Story.Type) =>
  Effect.gen(function* () {
    const singleFlight = yield* makeSingleFlight<string, string>()
    const runs: Array<RealRun> = []
    const fibers: Array<Fiber.Fiber<string, string>> = []
    const flights = new Map<string, ModelFlight>()
    const joiners: Array<ModelJoiner> = []
    const interrupted = new Set<number>()
    let begun = 0

    const run = (flight: Flight) =>
      Effect.callback<string, string>((resume) => {
        const real: RealRun = { flight, finish: resume, raised: 0, isInterrupted: false }
        runs.push(real)
        flight.onRaised(() => (real.raised += 1))
        return Effect.sync(() => {
          real.isInterrupted = true
        })
      })
    const wishesOf = (flight: ModelFlight) => [...flight.joiners].map((it) => joiners[it]!.wish)

    for (const step of story) {
      if (step._tag === "Join") {
        const wish: Wish = { deadlineAt: step.deadlineAt, priority: step.priority }
        const flight = flights.get(step.key) ?? { run: begun++, joiners: new Set<number>(), raised: 0 }
        const before = wishesOf(flight)
        const after = [...before, wish]
        if (before.length > 0 && (latest(after) > latest(before) || highest(after) > highest(before)))
          flight.raised += 1
        flights.set(step.key, flight)
        flight.joiners.add(joiners.length)
        joiners.push({ wish, flight, state: "waiting" })
        fibers.push(yield* Effect.forkChild(singleFlight.join(step.key, wish, run), { startImmediately: true }))
      } else if (step._tag === "Leave") {
        const joiner = joiners[step.joiner]
        if (joiner === undefined) continue
        if (joiner.state === "waiting") {
          joiner.state = "left"
          joiner.flight.joiners.delete(step.joiner)
          if (joiner.flight.joiners.size === 0) {
            interrupted.add(joiner.flight.run)
            for (const [key, flight] of flights) if (flight === joiner.flight) flights.delete(key)
          }
        }
        yield* Fiber.interrupt(fibers[step.joiner]!)
      } else {
        const flight = flights.get(step.key)
        if (flight === undefined) continue
        flights.delete(step.key)
        if (step.end === "Interrupt") interrupted.add(flight.run)
        const state = step.end === "Interrupt" ? "Interrupt" : `${step.end} of ${flight.run}`
        for (const it of flight.joiners) joiners[it]!.state = state
        runs[flight.run]!.finish(exitOf(step.end, flight.run))
      }

      assert.strictEqual(singleFlight.inFlight(), flights.size)
      assert.strictEqual(runs.length, begun)
      assert.deepStrictEqual(
        fibers.map((fiber, index) => stateOf(fiber, joiners[index]!.state === "left")),
        joiners.map((it) => it.state)
      )
      assert.deepStrictEqual(
        runs.flatMap((it, index) => (it.isInterrupted ? [index] : [])),
        [...interrupted].toSorted((left, right) => left - right)
      )
      for (const flight of flights.values()) {
        const real = runs[flight.run]!
        assert.strictEqual(real.flight.deadlineAt, latest(wishesOf(flight)))
        assert.strictEqual(rank[real.flight.priority], highest(wishesOf(flight)))
        assert.strictEqual(real.raised, flight.raised)
      }
    }
  }).pipe(Effect.scoped)

describe("SingleFlight, over stories", () => {
  it.effect.prop(
    "whatever joins, leaves and ends, every joiner, run and wish is as the model says",
    [Story],
    ([story]) => play(story),
    { arbitrary: { runs: 3_000 } }
  )
})
