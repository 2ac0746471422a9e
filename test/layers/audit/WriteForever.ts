/**
 * A program that writes rows into a home until it is killed: a line of output for each flush, with how many rows are
 * surely there. Run by itself.
 */
import * as Effect from "effect/Effect"
import { AuditLog } from "../../../src/audit/AuditLog.ts"
import { attemptSucceeded, callSucceeded, exchangeOf } from "../../support/AuditEvents.ts"
import { auditIn } from "./Homes.ts"

const [folder = "", name = "one"] = process.argv.slice(2)

const writing = Effect.gen(function* () {
  const audit = yield* AuditLog
  for (let round = 0; round < 10_000; round++) {
    for (let index = 0; index < 40; index++) {
      const callId = `call_${name}_${round}_${index}`
      audit.record(attemptSucceeded(callId, round), exchangeOf("a red fox ".repeat(20), "yes ".repeat(50)))
      audit.record(callSucceeded(callId, round), undefined)
    }
    yield* audit.flush
    const { written } = yield* audit.statistics
    process.stdout.write(`${written}\n`)
    yield* Effect.yieldNow
  }
})

await Effect.runPromise(Effect.provide(writing, auditIn(folder)))
