import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { layer as memoryCosts } from "../../../layers/money/MemoryCostLedger.ts"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import { isTerminal, type Job, providerJobIdOf } from "../../../schemas/Job.ts"
import { transition } from "../../../src/job/JobTransition.ts"
import { CostLedger, type MoneyMove } from "../../../src/money/CostLedger.ts"
import { type EventName, eventNames, events, jobIn, price } from "./SampleJob.ts"

const Story = Schema.Array(Schema.Literals(eventNames)).check(Schema.isMaxLength(60))

interface Step {
  readonly event: EventName
  readonly before: Job
  readonly after: Job
  readonly move: MoneyMove
}

/** Plays a story on a new job; refused events leave no step. */
const play = (story: ReadonlyArray<EventName>): ReadonlyArray<Step> => {
  const steps: Array<Step> = []
  let job = jobIn("Queued")
  for (const [index, event] of story.entries()) {
    const result = transition(job, events[event], 10_000 + index)
    if (Result.isFailure(result)) continue
    steps.push({ event, before: job, after: result.success.job, move: result.success.move })
    job = result.success.job
  }
  return steps
}

const moving = (steps: ReadonlyArray<Step>) => steps.filter((step) => step.move._tag !== "Keep")

describe("transition, over stories of events", () => {
  const options = { arbitrary: { runs: 1_000 } } as const

  it.prop(
    "money is settled or released at most once, and never both",
    [Story],
    ([story]) => {
      assert.isAtMost(moving(play(story)).length, 1)
    },
    options
  )

  it.prop(
    "the money of the job says what was moved",
    [Story],
    ([story]) => {
      for (const { after, before, move } of play(story)) {
        const expected = { Keep: before.money._tag, Hold: "never", Settle: "Settled", Release: "Released" }[move._tag]
        assert.strictEqual(after.money._tag, expected)
      }
    },
    options
  )

  it.prop(
    "a terminal state never moves",
    [Story],
    ([story]) => {
      for (const { after, before } of play(story)) if (isTerminal(before.state)) assert.strictEqual(after, before)
    },
    options
  )

  it.prop(
    "a job that is final holds no money, and one that is not final holds it",
    [Story],
    ([story]) => {
      for (const { after } of play(story)) assert.strictEqual(after.money._tag === "Held", !isTerminal(after.state))
    },
    options
  )

  it.prop(
    "a provider's id that is known is never lost and never replaced",
    [Story],
    ([story]) => {
      for (const { after, before } of play(story)) {
        const known = providerJobIdOf(before.state)
        if (known !== undefined) assert.strictEqual(providerJobIdOf(after.state), known)
      }
    },
    options
  )

  it.prop(
    "after a possible charge a job is sent again only after proof that nothing was processed",
    [Story],
    ([story]) => {
      let mayBeCharged = false
      for (const { after, event } of play(story)) {
        if (event === "SendIntended") {
          assert.isFalse(mayBeCharged)
          mayBeCharged = true
        }
        if (event === "ProvenUnprocessed, retried") mayBeCharged = false
        if (after.state._tag === "Queued") assert.isFalse(mayBeCharged)
        if (event.startsWith("Rerouted")) assert.isFalse(mayBeCharged)
        if (event.startsWith("Accepted")) mayBeCharged = true
      }
    },
    options
  )

  it.prop(
    "time alone never releases money of a job that was sent",
    [Story],
    ([story]) => {
      for (const { event, move } of play(story)) if (event === "JobExpired") assert.strictEqual(move._tag, "Keep")
    },
    options
  )

  it.effect.prop(
    "money is conserved after every step",
    [Story],
    ([story]) =>
      Effect.gen(function* () {
        const ledger = yield* CostLedger
        const key = {
          reference: "job:job_1",
          callId: jobIn("Queued").callId,
          owner: jobIn("Queued").owner,
          provider: "nanobanana",
          operation: "submit"
        } as const
        yield* ledger.hold(key, price)
        for (const { after, move } of play(story)) {
          yield* ledger.move(key, move)
          const totals = yield* ledger.totals()
          assert.strictEqual(totals.granted, totals.available + totals.reserved + totals.spent)
          assert.strictEqual(totals.reserved, after.money._tag === "Held" ? price.usdMicros : 0)
          assert.strictEqual(totals.spent, after.money._tag === "Settled" ? price.usdMicros : 0)
        }
      }).pipe(Effect.provide(Layer.provide(memoryCosts, Layer.orDie(layerFromCode({}))))),
    { arbitrary: { runs: 300 } }
  )
})
