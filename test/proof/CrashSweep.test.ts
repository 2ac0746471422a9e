/**
 * A program that makes a picture is killed before and after every step that leaves a trace, and started again: at each of
 * them the provider is charged at most once, and every charge ends in a stored picture, with a person's help where the
 * job says so and names what to do.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as JobWorkerLayer from "../../layers/job/JobWorker.ts"
import * as Live from "../../layers/Live.ts"
import type { LedgerEntry } from "../../mock-layers/simulation/Ledger.ts"
import { defaultOwner, IdempotencyKey, ProviderJobId } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { JobWorker } from "../../src/image/JobWorker.ts"
import { adviceOf } from "../../src/job/JobAdvice.ts"
import { JobLedger } from "../../src/job/JobLedger.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"
import { temporaryFolder } from "../support/TemporaryFolder.ts"
import { chargingProvider } from "./ChargingProvider.ts"
import type { GeneratePlan } from "./crash/GenerateOnce.ts"

/** Each half of the steps has a provider of its own, so that two programs can die at the same time. */
const lanes = 2

const price = 30_000

const settingsIn = (folder: string, baseUrl: string): SettingsDocument => ({
  providers: ["nanobanana"],
  home: join(folder, "home"),
  imageDirectory: join(folder, "images"),
  store: "sqlite",
  nanobanana: {
    apiKey: "simulated",
    baseURL: baseUrl,
    protocol: "generic",
    pollFirst: 5,
    pollCap: 10,
    priceUpperBound: price,
    rateLimit: []
  }
})

/** Runs the program to its death or its end, and gives the steps it took. */
const runProgram = (
  plan: GeneratePlan
): Effect.Effect<{ readonly steps: ReadonlyArray<string>; readonly died: boolean }> =>
  Effect.promise(async () => {
    const program = join(import.meta.dirname, "crash/GenerateOnce.ts")
    const child = spawn(process.execPath, [program, JSON.stringify(plan)], { stdio: ["ignore", "ignore", "inherit"] })
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null]
    assert.isTrue(code === 0 || signal === "SIGKILL", `ended with ${code}, ${signal}`)
    return { steps: fs.readFileSync(plan.stepsFile, "utf8").trim().split("\n"), died: signal === "SIGKILL" }
  })

/** What a person sees in the provider's account, and says. */
const resolveAsCharged = (job: Job, charged: string | undefined) =>
  ImageGenerator.use((it) =>
    it.resolve(
      job.id,
      charged === undefined ? { _tag: "NotCharged" } : { _tag: "Charged", providerJobId: ProviderJobId.make(charged) }
    )
  )

/** Starts again on what is left, lets a worker do what it can, and a person what the job asks for. */
const recover = Effect.fnUntraced(function* (plan: GeneratePlan, charged: Effect.Effect<ReadonlyArray<LedgerEntry>>) {
  const ledger = yield* JobLedger
  const key = IdempotencyKey.make(plan.key)
  const worker = yield* JobWorker
  yield* worker.whenIdle
  const left = yield* ledger.find(key, defaultOwner)
  let wasUnknown = false
  if (left?.state._tag === "OutcomeUnknown") {
    wasUnknown = true
    assert.isAbove(adviceOf(left).actions.length, 0)
    yield* resolveAsCharged(left, (yield* charged)[0]?.jobId ?? undefined)
    yield* worker.whenIdle
  }
  const parameters = { width: 64, height: 64, quality: "low" } as const
  const { image } = yield* ImageGenerator.use((it) =>
    it.generate({ prompt: plan.prompt, parameters }, { idempotencyKey: key })
  )
  assert.strictEqual(fs.statSync(image.path).size, image.bytes)
  const jobs = yield* ledger.list(defaultOwner)
  const stored = jobs.filter((job) => job.state._tag === "Stored")
  assert.strictEqual(stored.length, 1)
  for (const job of jobs) assert.include(["Stored", "Failed"], job.state._tag)
  const totals = yield* CostLedger.use((it) => it.totals())
  assert.strictEqual(totals.granted, totals.available + totals.reserved + totals.spent)
  assert.strictEqual(totals.reserved, 0)
  return wasUnknown
})

const planOf = (folder: string, baseUrl: string, killAt: number): GeneratePlan => ({
  settings: settingsIn(folder, baseUrl),
  stepsFile: join(folder, "steps"),
  prompt: `a red fox, number ${killAt}`,
  key: `order-${killAt}`,
  killAt
})

describe("a program that is killed while it makes a picture", () => {
  it.live("pays once, and loses nothing, whatever its last step was", () =>
    Effect.gen(function* () {
      const worlds = yield* Effect.all(
        Array.from({ length: lanes }, () => chargingProvider),
        { concurrency: lanes }
      )
      const [first] = worlds
      if (first === undefined) return assert.fail("no world")
      const whole = yield* Effect.flatMap(temporaryFolder, (folder) => runProgram(planOf(folder, first.baseUrl, 0)))
      assert.isFalse(whole.died)
      const named = new Set(whole.steps)
      for (const step of [
        "before COMMIT",
        "after COMMIT",
        "before INSERT INTO jobs",
        "after UPDATE jobs",
        "request is sent: POST /generic/generate",
        "answer ends: POST /generic/generate",
        "before fs link",
        "after file sync"
      ])
        assert.include([...named], step)

      const seen = { died: 0, unknown: 0 }
      yield* Effect.forEach(
        worlds,
        ({ baseUrl, charges }, lane) =>
          Effect.gen(function* () {
            for (let killAt = 1 + lane; killAt <= whole.steps.length; killAt += lanes) {
              yield* Effect.scoped(
                Effect.gen(function* () {
                  const folder = yield* temporaryFolder
                  const plan = planOf(folder, baseUrl, killAt)
                  const before = (yield* charges).length
                  const { died, steps } = yield* runProgram(plan)
                  const own = Effect.map(charges, (all) => all.slice(before))
                  const services = JobWorkerLayer.layerWith({ lookEvery: "5 millis" }).pipe(
                    Layer.provideMerge(Live.layerWith(plan.settings)),
                    Layer.provideMerge(Logger.layer([]))
                  )
                  const unknown = yield* Effect.provide(recover(plan, own), services)
                  seen.died += died ? 1 : 0
                  seen.unknown += unknown ? 1 : 0
                  assert.strictEqual((yield* own).length, 1, `charges after a kill at ${steps.at(-1)}`)
                })
              )
            }
          }),
        { concurrency: lanes }
      )
      // Whoever changes the steps has them all swept; a sweep that kills nobody proves nothing.
      assert.isAbove(seen.died, whole.steps.length * 0.9)
      assert.isAbove(seen.unknown, 3)
      yield* Effect.log(`${seen.died} kills at ${whole.steps.length} steps; ${seen.unknown} needed a person`)
    }).pipe(Effect.scoped)
  )
})
