/**
 * The library's job ledger as a live program has it: jobs and money in one database of a folder.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Home } from "../../layers/home/Home.ts"
import * as SqliteJobLedger from "../../layers/job/SqliteJobLedger.ts"
import * as SqliteCostLedger from "../../layers/money/SqliteCostLedger.ts"
import * as MemorySettings from "../../layers/settings/MemorySettings.ts"
import * as LedgerDatabase from "../../layers/sql/LedgerDatabase.ts"
import * as LocalSealer from "../../layers/vault/LocalSealer.ts"
import { CallId, defaultOwner, ProviderJobId } from "../../schemas/Identifiers.ts"
import type { JobEvent } from "../../schemas/Job.ts"
import { JobLedger, type NewJob } from "../../src/job/JobLedger.ts"

const prompt = "a red fox in the snow at dawn, its breath in the cold air, tall pines behind it"

const newJob: NewJob = {
  callId: CallId.make("call_000000000_benchmark00"),
  owner: defaultOwner,
  requestHash: "5a0c".repeat(16),
  request: { prompt, parameters: { width: 1024, height: 1024, quality: "medium" } },
  wishes: {},
  plan: {
    protocol: "nanobananaapi",
    path: "/generate-2",
    model: "nano-banana-2",
    resolution: "1K",
    body: { prompt, aspectRatio: "1:1", resolution: "1K" },
    promptCharacters: prompt.length,
    deviations: [],
    fit: "nearest"
  },
  price: { usdMicros: 20_000, basis: "estimated" }
}

const providerJobId = ProviderJobId.make("0123456789abcdef0123456789abcdef")

/** What becomes of a job on its way to a picture. */
const way: ReadonlyArray<JobEvent> = [
  { _tag: "SendIntended", attempt: 1 },
  { _tag: "Accepted", providerJobId },
  { _tag: "Progressed" },
  {
    _tag: "ImageStored",
    image: { path: "images/fox.jpg", sha256: "e".repeat(64), bytes: 74_800, width: 1024, height: 1024, format: "jpeg" }
  }
]

/** A ledger that is open. */
export interface OpenLedger {
  /** Enters a job and brings it to its picture: five steps, each on disk before the next. */
  readonly job: () => Promise<void>
  /** Enters a job and leaves it in the queue, due at once. */
  readonly queued: () => Promise<string>
  /** Takes up to so many jobs that are due, and gives them back. Gives how many there were. */
  readonly claimAndGiveBack: (limit: number) => Promise<number>
  /** The newest jobs of the owner. Gives how many there were. */
  readonly list: (limit: number) => Promise<number>
}

/** Opens the ledger in a folder, and closes it when the work is done. */
export const withLedger = (folder: string, work: (ledger: OpenLedger) => Promise<void>): Promise<void> => {
  const layer = SqliteJobLedger.layer.pipe(
    Layer.provide(SqliteCostLedger.layer),
    Layer.provide(LedgerDatabase.layer.pipe(Layer.provideMerge(LocalSealer.layer))),
    Layer.provide(Layer.merge(Layer.succeed(Home, { folder }), MemorySettings.layerFromCode({})))
  )
  return Effect.runPromise(
    Effect.gen(function* () {
      const ledger = yield* JobLedger
      const run = Effect.runPromiseWith(yield* Effect.context<never>())
      const job = Effect.gen(function* () {
        const entered = yield* ledger.enter(newJob)
        for (const event of way) yield* ledger.apply(entered.job.id, event)
      })
      const queued = Effect.gen(function* () {
        const entered = yield* ledger.enter(newJob)
        yield* ledger.release(entered.job.id)
        return entered.job.id
      })
      const claim = (limit: number) =>
        Effect.gen(function* () {
          const jobs = yield* ledger.claimDue(limit)
          for (const { id } of jobs) yield* ledger.release(id)
          return jobs.length
        })
      yield* Effect.promise(() =>
        work({
          job: () => run(Effect.orDie(job)),
          queued: () => run(Effect.orDie(queued)),
          claimAndGiveBack: (limit) => run(Effect.orDie(claim(limit))),
          list: (limit) => run(Effect.orDie(Effect.map(ledger.list(defaultOwner, { limit }), (jobs) => jobs.length)))
        })
      )
    }).pipe(Effect.provide(layer))
  )
}
