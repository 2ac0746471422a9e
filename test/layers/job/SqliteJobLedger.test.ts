/** The ledger's database under the contract, and what only a database can be asked: restarts, other holders, its files. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import { MaxOpsBeforeYield } from "effect/References"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as MemorySettings from "../../../layers/settings/MemorySettings.ts"
import { defaultOwner, IdempotencyKey } from "../../../schemas/Identifiers.ts"
import { JobLedger } from "../../../src/job/JobLedger.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { events, newJob, price } from "../../src/job/SampleJob.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"
import { ledgersIn } from "./SqliteLedgers.ts"
import { suite } from "./JobLedgerContract.ts"

/** A ledger of its own: another program on the same file. */
const ledgerIn = (folder: string) =>
  ledgersIn(folder).pipe(Layer.provide(Layer.orDie(MemorySettings.layerFromCode({}))))

suite("the ledger in a database", Layer.unwrap(Effect.map(temporaryFolder, ledgerIn)))

type Ledger = JobLedger["Service"]

const openLedger = (folder: string): Effect.Effect<Ledger, never, Scope.Scope> =>
  Effect.map(Layer.build(ledgerIn(folder)), Context.get(JobLedger))

/** Changes the file behind the ledger's back. */
const tamper = (folder: string, statement: string, ...values: ReadonlyArray<string | number>) =>
  Effect.sync(() => {
    const database = new DatabaseSync(join(folder, "ledger.db"))
    database.prepare(statement).run(...values)
    database.close()
  })

describe("a ledger in a database", () => {
  it.effect("has after a restart what it had before, under the same key", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const before = yield* Effect.scoped(
        Effect.gen(function* () {
          const ledger = yield* openLedger(folder)
          const { job } = yield* ledger.enter(newJob({ key: "k" }))
          return yield* ledger.apply(job.id, events["Accepted, first id"])
        })
      )
      const ledger = yield* openLedger(folder)
      assert.deepStrictEqual(yield* ledger.get(before.id, defaultOwner), before)
      assert.deepStrictEqual(yield* ledger.find(IdempotencyKey.make("k"), defaultOwner), before)
      assert.deepStrictEqual(yield* ledger.enter(newJob({ key: "k" })), { job: before, isNew: false })
      assert.strictEqual(
        (yield* Effect.flip(ledger.enter(newJob({ key: "k", requestHash: "other" }))))._tag,
        "IdempotencyConflict"
      )
    })
  )

  it.effect("makes one job of one key, whatever number of programs enter it at once", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const ledgers = yield* Effect.all([openLedger(folder), openLedger(folder), openLedger(folder)])
      const entered = yield* Effect.forEach(
        Array.from({ length: 30 }, (_, index) => ledgers[index % 3] ?? assert.fail()),
        (ledger) => ledger.enter(newJob({ key: "k" })),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(entered.map((it) => it.job.id)).size, 1)
      assert.strictEqual(entered.filter((it) => it.isNew).length, 1)
    })
  )

  it.effect("keeps what people wrote under seal, in the file and in what it leaves beside it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const ledger = yield* openLedger(folder)
      const canary = "canary-of-a-prompt"
      const plan = { ...newJob().plan, body: { prompt: canary } }
      yield* ledger.enter(newJob({ request: { prompt: canary }, plan }))
      for (const file of ["ledger.db", "ledger.db-wal"])
        assert.notInclude(readFileSync(join(folder, file), "latin1"), canary)
    })
  )

  it.effect("refuses a row that was edited, or changed places, and names the job; the others go on", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const ledger = yield* openLedger(folder)
      const { job: first } = yield* ledger.enter(newJob())
      const { job: second } = yield* ledger.enter(newJob())
      yield* tamper(
        folder,
        "UPDATE jobs SET sealed = (SELECT sealed FROM jobs WHERE id = ?) WHERE id = ?",
        second.id,
        first.id
      )
      const problem = yield* Effect.flip(ledger.get(first.id, defaultOwner))
      assert.deepInclude(problem, { _tag: "StorageFailed", problem: "Corrupt" })
      assert.include(JSON.stringify(problem), first.id)
      assert.deepStrictEqual(yield* ledger.get(second.id, defaultOwner), second)
      assert.deepStrictEqual(yield* ledger.list(defaultOwner), [second])
      yield* tamper(folder, "UPDATE jobs SET due_at = 0, lease_holder = NULL")
      assert.deepStrictEqual(yield* ledger.claimDue(10), [second])
      yield* tamper(folder, "UPDATE jobs SET facts = '{' WHERE id = ?", second.id)
      assert.include(
        JSON.stringify(yield* Effect.flip(ledger.get(second.id, defaultOwner))),
        "is not what this program writes"
      )
    })
  )
})

describe("a ledger whose callers are interrupted", () => {
  it.effect("has done each step whole or not at all, and is left to the next caller, whatever the instant", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const services = yield* Layer.build(ledgerIn(folder))
      const ledger = Context.get(services, JobLedger)
      const costs = Context.get(services, CostLedger)
      const story = Effect.gen(function* () {
        const { job } = yield* ledger.enter(newJob())
        yield* ledger.apply(job.id, events.SendIntended)
        yield* ledger.claim(job.id)
        yield* ledger.apply(job.id, events["Accepted, first id"])
        yield* ledger.release(job.id)
        yield* ledger.apply(job.id, events["ImageStored, image a"])
      }).pipe(Effect.provideService(MaxOpsBeforeYield, 3))
      let cut = 0
      for (let turns = 0; turns < 400; turns += 3) {
        const caller = yield* Effect.forkChild(story, { startImmediately: true })
        yield* Effect.repeat(Effect.yieldNow, { times: turns })
        if (caller.pollUnsafe() === undefined) cut += 1
        yield* Fiber.interrupt(caller)
      }
      assert.isAbove(cut, 50)
      const { job } = yield* ledger.enter(newJob())
      const jobs = yield* ledger.list(defaultOwner, { limit: 1_000 })
      const { available, granted, reserved, spent } = yield* costs.totals()
      const amount = price.usdMicros ?? 0
      assert.strictEqual(reserved, jobs.filter((it) => it.money._tag === "Held").length * amount)
      assert.strictEqual(spent, jobs.filter((it) => it.money._tag === "Settled").length * amount)
      assert.strictEqual(granted, available + reserved + spent)
      assert.deepStrictEqual(yield* ledger.get(job.id, defaultOwner), job)
    })
  )
})

describe("a ledger on a disk that fails", () => {
  const amount = price.usdMicros ?? 0

  it.effect("refuses a job that it can not write, with the reason, and holds no money for it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const services = yield* Layer.build(ledgerIn(folder))
      const sql = Context.get(services, SqlClient.SqlClient)
      const ledger = Context.get(services, JobLedger)
      const { job } = yield* ledger.enter(newJob())
      yield* sql`PRAGMA max_page_count = 1`
      const wordy = newJob({ request: { prompt: "a red fox ".repeat(400) } })
      const refused = yield* Effect.flip(Effect.repeat(ledger.enter(wordy), { times: 1_000 }))
      assert.deepInclude(refused, { _tag: "StorageFailed", problem: "DiskFull" })
      assert.deepStrictEqual(yield* ledger.get(job.id, defaultOwner), job)
      const jobs = yield* ledger.list(defaultOwner)
      assert.strictEqual((yield* Context.get(services, CostLedger).totals()).reserved, jobs.length * amount)
      yield* sql`PRAGMA max_page_count = 1000000`
      assert.isTrue((yield* ledger.enter(wordy)).isNew)
    })
  )

  it.live("says that it is locked, where another program does not let go of it, and goes on when it does", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const services = yield* Layer.build(ledgerIn(folder))
      const ledger = Context.get(services, JobLedger)
      const { job } = yield* ledger.enter(newJob())
      const other = new DatabaseSync(join(folder, "ledger.db"))
      other.exec("BEGIN IMMEDIATE")
      const refused = yield* Effect.flip(ledger.apply(job.id, events.SendIntended))
      assert.deepInclude(refused, { _tag: "StorageFailed", problem: "Locked" })
      assert.deepStrictEqual(yield* ledger.get(job.id, defaultOwner), job)
      other.exec("ROLLBACK")
      other.close()
      assert.strictEqual((yield* ledger.apply(job.id, events.SendIntended)).state._tag, "Submitting")
      assert.strictEqual((yield* Context.get(services, CostLedger).totals()).reserved, amount)
    })
  )

  it.effect("goes on where the clock is set back an hour", () =>
    Effect.gen(function* () {
      const ledger = yield* openLedger(yield* temporaryFolder)
      yield* TestClock.setTime(7_200_000)
      const { job } = yield* ledger.enter(newJob({ key: "k" }))
      yield* ledger.apply(job.id, events.SendIntended)
      yield* TestClock.setTime(3_600_000)
      const moved = yield* ledger.apply(job.id, events["Accepted, first id"])
      assert.deepStrictEqual(yield* ledger.enter(newJob({ key: "k" })), { job: moved, isNew: false })
      yield* ledger.release(job.id)
      assert.deepStrictEqual(yield* ledger.claimDue(10), [])
      yield* TestClock.setTime(7_200_000)
      assert.deepStrictEqual(yield* ledger.claimDue(10), [moved])
    })
  )
})

describe("a job held by one ledger", () => {
  it.effect("is not decided about by another, and takes evidence from anybody", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const first = yield* openLedger(folder)
      const second = yield* openLedger(folder)
      const { job } = yield* first.enter(newJob())
      assert.deepStrictEqual(yield* second.claim(job.id), { isHeld: false, job })
      assert.deepStrictEqual(yield* Effect.flip(second.apply(job.id, events.SendIntended)), {
        _tag: "TransitionRefused",
        state: "Queued",
        event: "SendIntended",
        isHeldElsewhere: true
      })
      yield* first.apply(job.id, events.SendIntended)
      assert.strictEqual((yield* second.apply(job.id, events["Accepted, first id"])).state._tag, "Submitted")
      const charged = { _tag: "ProviderFailed", reason: { _tag: "GenerationFailed" }, isCharged: true } as const
      assert.strictEqual((yield* Effect.flip(second.apply(job.id, charged)))._tag, "TransitionRefused")
      assert.strictEqual((yield* second.apply(job.id, events["ImageStored, image a"])).state._tag, "Stored")
    })
  )

  it.effect("stays held as long as its holder lives, and is free a lease after it fell silent", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const first = yield* openLedger(folder)
      const second = yield* openLedger(folder)
      const { job } = yield* first.enter(newJob())
      yield* TestClock.adjust("10 minutes")
      assert.isFalse((yield* second.claim(job.id)).isHeld)
      assert.deepStrictEqual(yield* second.claimDue(10), [])
      // As if the first one had been stopped: its lease is the last it wrote.
      yield* tamper(folder, "UPDATE jobs SET lease_until = ?, due_at = ?", 600_000, 600_000)
      assert.deepStrictEqual(yield* second.claimDue(10), [job])
      assert.strictEqual((yield* Effect.flip(first.apply(job.id, events.SendIntended)))._tag, "TransitionRefused")
      assert.isFalse((yield* first.claim(job.id)).isHeld)
      // What it brings along is welcome all the same.
      assert.strictEqual((yield* first.apply(job.id, events["Accepted, first id"])).state._tag, "Submitted")
    })
  )

  it.effect("is free at once where its process is gone, or gives it back, and where the clock was set back", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* TestClock.setTime(7_200_000)
      const job = yield* Effect.scoped(
        Effect.flatMap(openLedger(folder), (ledger) => Effect.map(ledger.enter(newJob()), (it) => it.job))
      )
      const first = yield* openLedger(folder)
      assert.isTrue((yield* first.claim(job.id)).isHeld)
      const second = yield* openLedger(folder)
      assert.isFalse((yield* second.claim(job.id)).isHeld)
      yield* tamper(
        folder,
        "UPDATE jobs SET lease_holder = replace(lease_holder, ?, ?)",
        `|${process.pid}|`,
        "|999999999|"
      )
      assert.isTrue((yield* second.claim(job.id)).isHeld)
      const third = yield* openLedger(folder)
      yield* TestClock.setTime(3_600_000)
      assert.isTrue((yield* third.claim(job.id)).isHeld)
    })
  )

  it.effect("is seen by the watchers of others at each change they do not miss", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const first = yield* openLedger(folder)
      const second = yield* openLedger(folder)
      const { job } = yield* first.enter(newJob())
      const seen = yield* Queue.unbounded<string>()
      const watching = yield* Effect.forkChild(
        Stream.runForEach(second.changes(job.id, defaultOwner), (it) => Queue.offer(seen, it.state._tag)),
        { startImmediately: true }
      )
      yield* first.apply(job.id, events.SendIntended)
      yield* TestClock.adjust("1 second")
      yield* first.apply(job.id, events["Accepted, first id"])
      yield* TestClock.adjust("1 second")
      yield* second.apply(job.id, events["ImageStored, image a"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Queue.takeAll(seen), ["Queued", "Submitting", "Submitted", "Stored"])
      yield* Fiber.interrupt(watching)
    })
  )
})
