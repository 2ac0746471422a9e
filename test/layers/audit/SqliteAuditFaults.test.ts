/** What a disk, a clock, another process or an interruption may do to the audit: no call fails, and nothing is silent. */
import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { TestClock } from "effect/testing"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import { AuditLog } from "../../../src/audit/AuditLog.ts"
import { CallEvents } from "../../../src/telemetry/CallEvents.ts"
import { attemptSucceeded, callSucceeded, exchangeOf } from "../../support/AuditEvents.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"
import { auditIn, setFull, setReadOnly } from "./Homes.ts"

const problemIn = (folder: string) =>
  Effect.map(
    Effect.flip(Effect.scoped(Layer.build(auditIn(folder)))),
    ({ problems }) => problems[0] ?? assert.fail("no problem")
  )

const open = (folder: string) => new DatabaseSync(join(folder, "audit.db"))

describe("the audit's database", () => {
  it.live("that another process holds keeps nobody waiting, and is written to when it is free", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const audit = yield* AuditLog
        const other = open(folder)
        other.exec("BEGIN IMMEDIATE")
        let ticks = 0
        const ticking = yield* Effect.forkChild(
          Effect.forever(
            Effect.delay(
              Effect.sync(() => (ticks += 1)),
              "10 millis"
            )
          )
        )
        audit.record(callSucceeded("call_1"), undefined)
        yield* Effect.sleep("600 millis")
        // The writer tries, and the program goes on: SQLite itself waits for nobody.
        assert.isAbove(ticks, 1)
        const [waits] = yield* SqlClient.SqlClient.use((sql) => sql.unsafe("PRAGMA busy_timeout"))
        assert.deepInclude(waits, { timeout: 0 })
        assert.deepInclude(yield* audit.statistics, { written: 0, waiting: 1 })
        other.close()
        yield* audit.flush
        assert.deepInclude(yield* audit.statistics, { written: 1, waiting: 0, dropped: 0 })
        yield* Fiber.interrupt(ticking)
      }).pipe(Effect.provide(auditIn(folder)))
    })
  )

  it.live("that is full fails no call: rows wait, the newest are dropped, and it is told and written down", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const told: Array<CallEvent> = []
      yield* Effect.gen(function* () {
        const audit = yield* AuditLog
        audit.record(callSucceeded("call_0"), undefined)
        yield* audit.flush
        yield* setFull(true)
        for (let index = 1; index <= 30; index++) {
          audit.record(attemptSucceeded(`call_${index}`), exchangeOf("x ".repeat(2_000), "y ".repeat(2_000)))
        }
        yield* audit.flush
        assert.deepInclude(yield* audit.statistics, { written: 1, waiting: 21, dropped: 10 })
        yield* setFull(false)
        yield* audit.flush
        assert.deepInclude(yield* audit.statistics, { waiting: 0, dropped: 10 })
        const report = yield* audit.verify()
        assert.deepStrictEqual(report.findings, [])
        const dropped = yield* audit.list({ kind: "AuditDropped" })
        assert.deepStrictEqual(
          dropped.map(({ row }) => row.count),
          [10]
        )
      }).pipe(
        Effect.provide(auditIn(folder, { buffer: 20 })),
        Effect.provideService(CallEvents, (event) => void told.push(event))
      )
      assert.deepStrictEqual(
        told.map((event) => event._tag === "AuditDropped" && event.count),
        [10]
      )
    })
  )

  it.live("that has become read-only fails no call, and is written to when it is not any more", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const audit = yield* AuditLog
        yield* setReadOnly(true)
        audit.record(callSucceeded("call_1"), undefined)
        yield* audit.flush
        assert.deepInclude(yield* audit.statistics, { written: 0, waiting: 1 })
        yield* setReadOnly(false)
        yield* audit.flush
        assert.deepInclude(yield* audit.statistics, { written: 1, waiting: 0, dropped: 0 })
      }).pipe(Effect.provide(auditIn(folder)))
    })
  )

  it.live("that never gets room again loses what waits at the end, and says how much", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const told: Array<CallEvent> = []
      const program = Effect.gen(function* () {
        const audit = yield* AuditLog
        yield* audit.flush
        yield* setFull(true)
        for (let index = 1; index <= 5; index++) {
          audit.record(attemptSucceeded(`call_${index}`), exchangeOf("x ".repeat(9_000), "y ".repeat(9_000)))
        }
      })
      yield* program.pipe(
        Effect.provide(auditIn(folder)),
        Effect.provideService(CallEvents, (event) => void told.push(event))
      )
      assert.deepInclude(told.at(-1), { _tag: "AuditDropped", count: 5, because: "StoreFailed" })
    })
  )

  it.live("that is damaged, or none, is refused at the start, by its name and with what helps", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      writeFileSync(join(folder, "audit.db"), "this was never a database".repeat(200))
      const { expected, name, problem } = yield* problemIn(folder)
      assert.strictEqual(name, "LUDENG_HOME")
      assert.include(problem, "audit.db is damaged, or no database")
      assert.include(expected, "nothing was changed")
    })
  )

  it.live.skipIf(process.getuid?.() === 0)("that can not be written to is refused at the start", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.scoped(Layer.build(auditIn(folder)))
      chmodSync(join(folder, "audit.db"), 0o400)
      assert.include((yield* problemIn(folder)).problem, "audit.db can not be")
    })
  )

  it.effect("keeps its order whatever the clock does", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const audit = yield* AuditLog
        yield* TestClock.setTime(7_200_000)
        audit.record(callSucceeded("call_1", 7_200_000), undefined)
        yield* audit.flush
        yield* TestClock.setTime(3_600_000)
        audit.record(callSucceeded("call_2", 3_600_000), undefined)
        assert.deepStrictEqual(
          (yield* audit.list()).map(({ row }) => row.callId),
          ["call_2", "call_1"]
        )
        assert.deepStrictEqual((yield* audit.verify()).findings, [])
      }).pipe(Effect.provide(auditIn(folder)))
    })
  )

  it.effect("that was spoilt is not made good by what retention removes", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const day = 86_400_000
      yield* Effect.gen(function* () {
        const audit = yield* AuditLog
        for (let index = 1; index <= 6; index++) audit.record(callSucceeded(`call_${index}`, index * day), undefined)
        yield* audit.flush
        const database = open(folder)
        database.exec(`
          DELETE FROM audit_rows WHERE sequence <= 2;
          INSERT INTO audit_marks SELECT 'start', sequence - 1, 'forged', 'forged' FROM audit_rows WHERE sequence = 3`)
        database.close()
        yield* TestClock.setTime(9 * day)
        audit.record(callSucceeded("call_7", 9 * day), undefined)
        yield* TestClock.adjust("1 seconds")
        const { findings, removed } = yield* audit.verify()
        assert.strictEqual(removed, 4)
        const [found] = findings
        assert.deepInclude(found, { _tag: "FoundBroken" })
        assert.include(found?._tag === "FoundBroken" ? found.found : "", "StartChanged")
      }).pipe(Effect.provide(auditIn(folder, { retention: 5 * day })))
    })
  )

  it.live("has each row once, wherever a flush is interrupted", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const audit = yield* AuditLog
        for (let steps = 0; steps < 60; steps++) {
          audit.record(attemptSucceeded(`call_${steps}`), exchangeOf("a red fox", "yes"))
          const flushing = yield* Effect.forkChild(audit.flush)
          for (let step = 0; step < steps; step++) yield* Effect.yieldNow
          yield* Fiber.interrupt(flushing)
        }
        const rows = yield* audit.list({ limit: 1_000 })
        assert.deepStrictEqual(
          rows.map(({ row }) => row.callId).toReversed(),
          Array.from({ length: 60 }, (_, index) => `call_${index}`)
        )
        assert.deepStrictEqual(yield* audit.statistics, { written: 60, waiting: 0, dropped: 0 })
        assert.deepStrictEqual((yield* audit.verify()).findings, [])
      }).pipe(Effect.provide(auditIn(folder)))
      // Nobody holds the file any more.
      const database = open(folder)
      database.exec("BEGIN EXCLUSIVE")
      database.close()
    })
  )

  it.live("is written to when the program ends, without anybody asking", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.provide(
        AuditLog.use((it) => Effect.sync(() => it.record(callSucceeded("call_1"), undefined))),
        auditIn(folder)
      )
      const rows = yield* Effect.provide(
        AuditLog.use((it) => it.list()),
        auditIn(folder)
      )
      assert.deepStrictEqual(
        rows.map(({ row }) => row.callId),
        ["call_1"]
      )
    })
  )
})
