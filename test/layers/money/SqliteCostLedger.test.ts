/** The ledger's database under the contract, and what only a database can be asked: crashes, restarts, other processes. */
import { spawnSync } from "node:child_process"
import { hostname } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { TestClock } from "effect/testing"
import { Home } from "../../../layers/home/Home.ts"
import * as SqliteJobLedger from "../../../layers/job/SqliteJobLedger.ts"
import * as SqliteCostLedger from "../../../layers/money/SqliteCostLedger.ts"
import * as MemorySettings from "../../../layers/settings/MemorySettings.ts"
import * as LedgerDatabase from "../../../layers/sql/LedgerDatabase.ts"
import * as LocalSealer from "../../../layers/vault/LocalSealer.ts"
import { CallId, defaultOwner } from "../../../schemas/Identifiers.ts"
import type { Cost } from "../../../schemas/Money.ts"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import { JobLedger } from "../../../src/job/JobLedger.ts"
import { CostLedger, type ReservationKey } from "../../../src/money/CostLedger.ts"
import { suite } from "../../contract/CostLedgerContract.ts"
import { newJob } from "../../src/job/SampleJob.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

const costsIn = (folder: string, settings: SettingsDocument = {}) =>
  SqliteCostLedger.layer.pipe(
    Layer.provideMerge(LedgerDatabase.layer),
    Layer.provideMerge(Layer.mergeAll(Layer.succeed(Home, { folder }), MemorySettings.layerFromCode(settings)))
  )

const ledgerIn = (folder: string, settings: SettingsDocument = {}) =>
  SqliteJobLedger.layer.pipe(
    Layer.provideMerge(costsIn(folder, settings)),
    Layer.provide(LocalSealer.layer.pipe(Layer.provide(Layer.succeed(Home, { folder })))),
    Layer.fresh,
    Layer.orDie
  )

const emptyCosts = Layer.unwrap(Effect.map(temporaryFolder, (folder) => costsIn(folder).pipe(Layer.fresh, Layer.orDie)))

suite("SqliteCostLedger", emptyCosts, { runs: 15 })

const purpose = { callId: CallId.make("call_1"), owner: defaultOwner, provider: "deepseek", operation: "chat" } as const
const key = (reference: string): ReservationKey => ({ ...purpose, reference })
const cost = (usdMicros: number): Cost => ({ usdMicros, basis: "measured" })
const totals = CostLedger.use((it) => it.totals())

/** Changes the file behind the ledger's back. */
const tamper = (folder: string, statement: string, ...values: ReadonlyArray<string | number>) =>
  Effect.sync(() => {
    const database = new DatabaseSync(join(folder, "ledger.db"))
    database.prepare(statement).run(...values)
    database.close()
  })

/** The id of a process that has ended. */
const endedProcess = () => spawnSync(process.execPath, ["-e", ""]).pid

/** As if the process that holds all attempts had been killed. */
const killHolders = (folder: string) =>
  tamper(
    folder,
    "UPDATE money_holds SET holder = ? WHERE holder IS NOT NULL",
    [hostname(), endedProcess(), "gone"].join("|")
  )

/** A program on the file that is never closed in good order. */
const killedProgram = <A, E>(folder: string, body: Effect.Effect<A, E, CostLedger | JobLedger>) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
    const context = yield* Layer.buildWithScope(ledgerIn(folder), scope)
    const result = yield* Effect.provideContext(body, context)
    yield* killHolders(folder)
    return result
  })

describe("a ledger of costs in a database", () => {
  it.effect("after a crash settles attempts at their bound, as estimates, and keeps what jobs hold", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const late = yield* killedProgram(
        folder,
        Effect.gen(function* () {
          const ledger = yield* CostLedger
          yield* (yield* ledger.reserve(purpose, cost(50), 60_000)).settle(cost(20))
          yield* ledger.hold(key("job"), cost(1_000))
          yield* ledger.reserve(purpose, { usdMicros: null, basis: "unknown" }, 60_000)
          return yield* ledger.reserve(purpose, cost(100), 60_000)
        })
      )
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* totals, {
          granted: 1_120,
          reserved: 1_000,
          spent: 120,
          available: 0,
          estimated: 100,
          unpriced: 1
        })
        // Whoever comes back after all changes nothing any more.
        yield* late.settle(cost(3))
        assert.deepInclude(yield* totals, { reserved: 1_000, spent: 120 })
        yield* CostLedger.use((it) => it.move(key("job"), { _tag: "Settle", cost: cost(900) }))
        assert.deepInclude(yield* totals, { reserved: 0, spent: 1_020 })
      }).pipe(Effect.provide(ledgerIn(folder)))
    })
  )

  it.effect("leaves the attempts of programs that run alone, until their lease is over", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const reservation = yield* CostLedger.use((it) => it.reserve(purpose, cost(100), 60_000))
        yield* Effect.provide(
          Effect.gen(function* () {
            assert.deepInclude(yield* totals, { reserved: 100, spent: 0 })
            yield* TestClock.adjust("59 seconds")
            assert.deepInclude(yield* totals, { reserved: 100, spent: 0 })
            yield* TestClock.adjust("1 second")
            assert.deepInclude(yield* totals, { reserved: 0, spent: 100, estimated: 100 })
          }),
          ledgerIn(folder)
        )
        yield* reservation.settle(cost(1))
        assert.deepInclude(yield* totals, { reserved: 0, spent: 100 })
      }).pipe(Effect.provide(ledgerIn(folder)))
    })
  )

  it.effect("closed in good order leaves no attempt behind", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* CostLedger.use((it) => it.reserve(purpose, cost(100), 60_000)).pipe(Effect.provide(ledgerIn(folder)))
      const rows = SqlClient.SqlClient.use((sql) => sql`SELECT * FROM money_holds`)
      assert.deepStrictEqual(yield* Effect.provide(rows, ledgerIn(folder)), [])
    })
  )

  // Each waits for the other's lock in real time.
  it.live("two programs on one file share a budget, and neither passes it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const budget = { budget: { perDay: 100 } }
      const buy = CostLedger.use((it) =>
        Effect.forEach(
          Array.from({ length: 60 }, (_, index) => index),
          () => Effect.isSuccess(it.reserve(purpose, cost(3), 60_000)),
          { concurrency: "unbounded" }
        )
      )
      const both = yield* Effect.all(
        [Effect.provide(buy, ledgerIn(folder, budget)), Effect.provide(buy, ledgerIn(folder, budget))],
        { concurrency: "unbounded" }
      )
      assert.strictEqual(both.flat().filter(Boolean).length, 33)
      assert.deepInclude(yield* Effect.provide(totals, ledgerIn(folder)), { spent: 99 })
    })
  )

  it.effect("a job and its money are one step: refused the money, no row remains", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const jobs = yield* JobLedger
        const { job } = yield* jobs.enter(newJob({ price: cost(60) }))
        const refused = yield* Effect.flip(jobs.enter(newJob({ price: cost(60) })))
        assert.deepInclude(refused, { _tag: "BudgetExhausted", neededUsdMicros: 60, committedUsdMicros: 60 })
        assert.deepStrictEqual(
          (yield* jobs.list(job.owner)).map((it) => it.id),
          [job.id]
        )
        assert.deepInclude(yield* totals, { reserved: 60 })
      }).pipe(Effect.provide(ledgerIn(folder, { budget: { perDay: 100 } })))
      // It is there after a restart, and its money is moved by its row.
      yield* Effect.gen(function* () {
        const jobs = yield* JobLedger
        const [job] = yield* jobs.list(newJob().owner)
        if (job === undefined) return assert.fail("the job is gone")
        yield* jobs.apply(job.id, { _tag: "CancelRequested" })
        assert.deepInclude(yield* totals, { reserved: 0, spent: 0, available: 60 })
      }).pipe(Effect.provide(ledgerIn(folder)))
    })
  )

  it.effect("a step that fails half-way leaves nothing of it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const ledger = yield* CostLedger
        yield* tamper(
          folder,
          "CREATE TRIGGER broken BEFORE INSERT ON money_periods BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
        assert.strictEqual((yield* Effect.flip(ledger.reserve(purpose, cost(5), 1_000)))._tag, "StorageFailed")
        assert.strictEqual((yield* Effect.flip(ledger.hold(key("job"), cost(5))))._tag, "StorageFailed")
        yield* tamper(folder, "DROP TRIGGER broken")
        assert.deepInclude(yield* totals, { granted: 0, reserved: 0 })
        assert.deepStrictEqual(yield* SqlClient.SqlClient.use((sql) => sql`SELECT * FROM money_holds`), [])
        // What can not be settled stays reserved, and is told.
        const reservation = yield* ledger.reserve(purpose, cost(5), 1_000)
        yield* tamper(
          folder,
          "CREATE TRIGGER broken BEFORE UPDATE ON money_days BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
        yield* reservation.settle(cost(2))
        yield* tamper(folder, "DROP TRIGGER broken")
        assert.deepInclude(yield* totals, { reserved: 5, spent: 0 })
        yield* reservation.settle(cost(2))
        assert.deepInclude(yield* totals, { reserved: 0, spent: 2 })
      }).pipe(Effect.provide(ledgerIn(folder)))
    })
  )

  const Story = Schema.Array(
    Schema.Struct({
      step: Schema.Literals(["reserve", "settle", "release", "hold", "move", "crash"]),
      amount: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 }))
    })
  ).check(Schema.isMaxLength(25))

  it.effect.prop(
    "with a crash at any point no micro-dollar is lost and none is made",
    [Story],
    ([story]) =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const count = { reserved: 0, spent: 0, estimated: 0 }
        const jobs: Array<{ readonly reference: string; readonly amount: number }> = []
        const lives: Array<Array<(typeof story)[number]>> = [[]]
        for (const it of story) {
          if (it.step === "crash") lives.push([])
          else lives.at(-1)?.push(it)
        }
        for (const life of lives) {
          yield* killedProgram(
            folder,
            Effect.gen(function* () {
              const ledger = yield* CostLedger
              const open: Array<{ readonly amount: number; readonly end: (of?: Cost) => Effect.Effect<void> }> = []
              for (const { amount, step } of life) {
                switch (step) {
                  case "reserve": {
                    const reservation = yield* ledger.reserve(purpose, cost(amount), 60_000)
                    open.push({
                      amount,
                      end: (of) => (of === undefined ? reservation.release : reservation.settle(of))
                    })
                    count.reserved += amount
                    break
                  }
                  case "settle":
                  case "release": {
                    const last = open.pop()
                    if (last === undefined) break
                    const spent = step === "settle" ? Math.min(amount, last.amount) : 0
                    yield* last.end(step === "settle" ? cost(spent) : undefined)
                    count.reserved -= last.amount
                    count.spent += spent
                    break
                  }
                  case "hold": {
                    const reference = `job:${jobs.length}:${count.reserved}:${count.spent}:${amount}`
                    yield* ledger.hold(key(reference), cost(amount))
                    jobs.push({ reference, amount })
                    count.reserved += amount
                    break
                  }
                  case "move": {
                    const job = jobs.pop()
                    if (job === undefined) break
                    yield* ledger.move(key(job.reference), { _tag: "Settle", cost: cost(job.amount) })
                    count.reserved -= job.amount
                    count.spent += job.amount
                  }
                }
                const now = yield* ledger.totals()
                assert.deepInclude(now, count)
                assert.strictEqual(now.granted, now.available + now.reserved + now.spent)
              }
              for (const { amount } of open) {
                count.reserved -= amount
                count.spent += amount
                count.estimated += amount
              }
            })
          )
        }
        const after = yield* Effect.provide(totals, ledgerIn(folder))
        assert.deepInclude(after, count)
        assert.strictEqual(after.granted, after.available + after.reserved + after.spent)
      }).pipe(Effect.scoped),
    { arbitrary: { runs: 10 } }
  )
})
