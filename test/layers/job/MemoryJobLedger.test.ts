import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { layer as memoryJobs } from "../../../layers/job/MemoryJobLedger.ts"
import { layer as memoryCosts } from "../../../layers/money/MemoryCostLedger.ts"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import { JobLedger } from "../../../src/job/JobLedger.ts"
import { events, newJob } from "../../src/job/SampleJob.ts"
import { suite } from "./JobLedgerContract.ts"

const layer = memoryJobs.pipe(Layer.provideMerge(memoryCosts), Layer.provide(Layer.orDie(layerFromCode({}))))

suite("MemoryJobLedger", layer)

describe("MemoryJobLedger", () => {
  const enterTwo = Effect.gen(function* () {
    const ledger = yield* JobLedger
    return [(yield* ledger.enter(newJob())).job.id, (yield* ledger.enter(newJob())).job.id]
  }).pipe(Effect.provide(layer))

  it.effect("ids come from the clock and from chance alone: the same seed gives the same ids", () =>
    Effect.gen(function* () {
      const first = yield* Random.withSeed(enterTwo, "seed")
      assert.deepStrictEqual(yield* Random.withSeed(enterTwo, "seed"), first)
      assert.notDeepEqual(yield* Random.withSeed(enterTwo, "other"), first)
    })
  )

  it.effect("chance that repeats itself does not make two jobs of one id", () =>
    Effect.gen(function* () {
      const [first, second] = yield* Effect.provideService(enterTwo, Random.Random, {
        nextIntUnsafe: () => 7,
        nextDoubleUnsafe: () => 0.5
      })
      assert.notStrictEqual(first, second)
    })
  )

  it.effect("a change between the beginning of a stream and its first pull is not lost", () =>
    Effect.gen(function* () {
      const ledger = yield* JobLedger
      const { job } = yield* ledger.enter(newJob())
      const pull = yield* Stream.toPull(ledger.changes(job.id, job.owner))
      const first = yield* pull
      yield* ledger.apply(job.id, events.SendIntended)
      yield* ledger.apply(job.id, events.AnswerLost)
      const second = yield* pull
      assert.deepStrictEqual(
        [...first, ...second].map((it) => it.state._tag),
        ["Queued", "Submitting", "OutcomeUnknown"]
      )
    }).pipe(Effect.provide(layer))
  )
})
