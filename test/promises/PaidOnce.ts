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
import type { LedgerEntry } from "../../mock-layers/simulation/Ledger.ts"
import { FaultKind } from "../../mock-layers/simulation/Script.ts"
import { defaultOwner } from "../../schemas/Identifiers.ts"
import { isTerminal, type Job, providerJobIdOf } from "../../schemas/Job.ts"
import type { ImageProtocolName } from "../../schemas/Provider.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { JobLedger } from "../../src/job/JobLedger.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"

const callers = 12

/** A world has one account, or a second one that speaks the other protocol and stands in for the first. */
export interface PaidOnceWorld {
  readonly protocol: ImageProtocolName
  readonly fallback?: ImageProtocolName
}

const request = { prompt: "a red fox in the snow", parameters: { width: 64, height: 64, quality: "low" } } as const

/** Some callers wait, some leave early, some have little time; with a second account some queue, some take any picture. */
const call = (index: number, { fallback }: PaidOnceWorld) =>
  Effect.gen(function* () {
    const patience = yield* Random.nextIntBetween(1, 400)
    const deadline = Duration.seconds(patience)
    if (fallback !== undefined && index % 4 === 3) {
      yield* Effect.sleep(Duration.seconds(patience))
      return yield* Effect.exit(ImageGenerator.use((it) => it.submit(request)))
    }
    const generate = ImageGenerator.use((it) =>
      it.generate(
        request,
        fallback !== undefined && index % 4 === 2
          ? { deadline, accept: ["Live", "OtherProvider", "Cached"], fallbackOnContentRejected: true }
          : { deadline }
      )
    )
    if (index % 3 !== 0) return yield* Effect.exit(generate)
    const fiber = yield* Effect.forkChild(generate)
    yield* Effect.sleep(Duration.millis(patience * 20))
    yield* Fiber.interrupt(fiber)
    return yield* Fiber.await(fiber)
  })

const secondOf = (protocol: ImageProtocolName | undefined) =>
  protocol === undefined ? {} : { fallback: { protocol, baseURL: "https://second.test/v1" } }

/** One world: its seed decides the faults, the callers and all delays. Answers how many jobs the second account made. */
export const paidOnce = (seed: number, world: PaidOnceWorld): Effect.Effect<number> => {
  const rules = FaultKind.literals.map((fault) => ({ fault, rate: 0.03 }))
  const layer = Mock.layerWith({
    seed,
    faults: rules,
    settings: { nanobanana: { protocol: world.protocol, priceUpperBound: 30_000, ...secondOf(world.fallback) } }
  })
  return Effect.gen(function* () {
    const all = yield* Effect.forkChild(
      Effect.forEach(
        Array.from({ length: callers }, (_, index) => index),
        (index) => call(index, world),
        { concurrency: "unbounded" }
      )
    )
    yield* TestClock.adjust("20 minutes")
    yield* Fiber.join(all)
    // What is queued is queued for a day.
    yield* TestClock.adjust(world.fallback === undefined ? "40 minutes" : "25 hours")

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
    return yield* standIns(jobs, charges, world)
  }).pipe(Effect.provide(layer), Random.withSeed(seed), Effect.orDie)
}

/** A job is known to the account that made it, and to no other. */
const standIns = (
  jobs: ReadonlyArray<Job>,
  charges: ReadonlyArray<LedgerEntry>,
  { fallback, protocol }: PaidOnceWorld
): Effect.Effect<number> =>
  Effect.sync(() => {
    const services = new Map(charges.map((it) => [it.jobId, it.service]))
    for (const job of jobs) {
      const madeBy = services.get(providerJobIdOf(job.state) ?? null)
      const its = job.standIn === undefined ? protocol : fallback
      if (madeBy !== undefined) assert.deepStrictEqual([madeBy, job.plan.protocol], [its, its])
    }
    return jobs.filter((job) => job.standIn !== undefined && job.state._tag === "Stored").length
  })

/** The worlds there are: each protocol alone, and each with the other to stand in for it. */
export const paidOnceWorlds: ReadonlyArray<PaidOnceWorld> = [
  { protocol: "nanobananaapi" },
  { protocol: "generic" },
  { protocol: "nanobananaapi", fallback: "generic" },
  { protocol: "generic", fallback: "nanobananaapi" }
]

/** Runs one world for each seed; where there is a second account, it has made some of the pictures. */
export const paidOnceIn = (world: PaidOnceWorld, seeds: ReadonlyArray<number>): Effect.Effect<void> =>
  Effect.map(
    Effect.forEach(seeds, (seed) => paidOnce(seed, world)),
    (counts) => {
      const total = counts.reduce((left, right) => left + right, 0)
      if (world.fallback === undefined) assert.strictEqual(total, 0)
      else assert.isAbove(total, 0, "no world came to use the second account")
    }
  )
