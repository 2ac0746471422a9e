/** Programs that are killed in the middle of batches, and programs that write at once. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { AuditLog } from "../../../src/audit/AuditLog.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"
import { auditIn } from "./Homes.ts"

/** Starts a writer, which is surely gone when the scope closes. */
const writer = (folder: string, name: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [new URL("./WriteForever.ts", import.meta.url).pathname, folder, name], {
        stdio: ["ignore", "pipe", "inherit"],
        env: { PATH: process.env["PATH"] ?? "" }
      })
      const told = { written: 0, flushes: 0 }
      createInterface({ input: child.stdout }).on("line", (line) => {
        told.written = Number(line)
        told.flushes += 1
      })
      return { child, told }
    }),
    ({ child }) => killed(child)
  )

const killed = (child: ChildProcess) =>
  Effect.promise(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill("SIGKILL")
    await once(child, "exit")
  })

const until = (isSo: () => boolean) =>
  Effect.gen(function* () {
    for (let tries = 0; tries < 1_500 && !isSo(); tries++) yield* Effect.sleep("10 millis")
    assert.isTrue(isSo(), "it did not come to it within 15 seconds")
  })

describe("an audit that is written to", { timeout: 60_000 }, () => {
  it.live("by a program that is killed is whole, and has lost the rows of one batch at most", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      let before = 0
      for (const [kill, flushes] of [3, 7, 12].entries()) {
        const { child, told } = yield* writer(folder, `kill${kill}`)
        yield* until(() => told.flushes >= flushes)
        yield* killed(child)
        const { findings, rows } = yield* Effect.provide(
          AuditLog.use((it) => it.verify()),
          auditIn(folder)
        )
        assert.deepStrictEqual(findings, [])
        assert.isAtLeast(rows, before + told.written)
        before = rows
      }
    })
  )

  it.live("by two programs at once is one chain, with the rows of both, each in its order", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const writers = [yield* writer(folder, "left"), yield* writer(folder, "right")]
      yield* until(() => writers.every(({ told }) => told.flushes >= 10))
      yield* Effect.forEach(writers, ({ child }) => killed(child))
      yield* Effect.gen(function* () {
        const audit = yield* AuditLog
        const { findings, rows } = yield* audit.verify()
        assert.deepStrictEqual(findings, [])
        const all = yield* audit.list({ limit: rows })
        for (const [index, name] of ["left", "right"].entries()) {
          const rounds = all.filter(({ row }) => row.callId?.includes(name)).map(({ row }) => row.at)
          assert.isAtLeast(rounds.length, Math.max(1, writers[index]?.told.written ?? Number.NaN))
          assert.deepStrictEqual(
            rounds,
            rounds.toSorted((one, other) => other - one)
          )
        }
      }).pipe(Effect.provide(auditIn(folder)))
    })
  )
})
