/**
 * The promise about money, checked from the provider's side: a world of simulated providers that fail in every way they
 * can, many callers, and then the provider's ledger beside ours.
 */
import { assert } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"
import * as Mock from "../../mock-layers/Mock.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import { FaultKind } from "../../mock-layers/simulation/Script.ts"
import { defaultOwner } from "../../schemas/Identifiers.ts"
import { isTerminal, providerJobIdOf } from "../../schemas/Job.ts"
import type { ImageProtocolName } from "../../schemas/Provider.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { JobLedger } from "../../src/job/JobLedger.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"

const callers = 12

/** Some callers wait, some leave early, some have little time. */
const call = (index: number) =>
  Effect.gen(function* () {
    const patience = yield* Random.nextIntBetween(1, 400)
    const request = { prompt: "a red fox in the snow", parameters: { width: 64, height: 64, quality: "low" } } as const
    const generate = ImageGenerator.use((it) => it.generate(request, { deadline: Duration.seconds(patience) }))
    if (index % 3 !== 0) return yield* Effect.exit(generate)
    const fiber = yield* Effect.forkChild(generate)
    yield* Effect.sleep(Duration.millis(patience * 20))
    yield* Fiber.interrupt(fiber)
    return yield* Fiber.await(fiber)
  })

/** One world: its seed decides the faults, the callers and all delays. */
export const paidOnce = (seed: number, protocol: ImageProtocolName): Effect.Effect<void> => {
  const rules = FaultKind.literals.map((fault) => ({ fault, rate: 0.03 }))
  const layer = Mock.layerWith({
    seed,
    faults: rules,
    settings: { nanobanana: { protocol, priceUpperBound: 30_000 } }
  })
  return Effect.gen(function* () {
    const all = yield* Effect.forkChild(
      Effect.forEach(
        Array.from({ length: callers }, (_, index) => index),
        call,
        { concurrency: "unbounded" }
      )
    )
    yield* TestClock.adjust("20 minutes")
    yield* Fiber.join(all)
    yield* TestClock.adjust("40 minutes")

    const jobs = yield* JobLedger.use((it) => it.list(defaultOwner))
    const charges = (yield* MockHandle.use((it) => it.requests)).filter(
      (it) => it.operation === "submit" && it.isAccepted
    )
    assert.isAtMost(jobs.length, callers)
    assert.isAtMost(charges.length, jobs.length, "a job was charged twice")
    const known = new Set(jobs.map((job) => providerJobIdOf(job.state)))
    const unknown = jobs.filter((job) => job.state._tag === "OutcomeUnknown").length
    const lost = charges.filter((it) => !known.has(it.jobId as never)).length
    assert.isAtMost(lost, unknown, "a charge is in no job that names what a person can do")
    for (const job of jobs) {
      assert.notInclude(["Submitting", "Queued"], job.state._tag)
      if (job.state._tag === "Failed" && job.state.providerJobId === undefined) {
        assert.strictEqual(job.money._tag, "Released")
      }
      if (isTerminal(job.state)) assert.notStrictEqual(job.money._tag, "Held")
      else assert.strictEqual(job.money._tag, "Held")
    }
    const totals = yield* CostLedger.use((it) => it.totals())
    assert.strictEqual(totals.granted, totals.available + totals.reserved + totals.spent)
    assert.strictEqual(totals.reserved, jobs.filter((job) => !isTerminal(job.state)).length * 30_000)
  }).pipe(Effect.provide(layer), Random.withSeed(seed), Effect.orDie)
}
